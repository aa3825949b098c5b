;; Scores of many rows against one query. Compiled into kernel-bytes.ts by `node --import tsx scripts/build-kernel.ts`.
;;
;; A row is a multiple of 16 float32 components, the last ones zero. Every product, difference and sum is rounded
;; to float32, without fused multiply-add, in one fixed order: component i goes into sum i mod 16; then the four
;; vectors of sums are added as (s0+s1)+(s2+s3), and the four lanes of that as (l0+l1)+(l2+l3). score-rows.ts does
;; the same in JavaScript, bit for bit.
;;
;; Parameters, bytes but for $count: address of the first row, number of rows, length of a row (a positive multiple
;; of 64), address of the query, address of the scores (one float32 a row).
(module
  (import "env" "memory" (memory 1 65536 shared))

  ;; Sum of products: Dot, and Cosine of normalised vectors.
  (func (export "dot")
    (param $row i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32)
    (local $at i32) (local $end i32) (local $q i32)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (if (i32.eqz (local.get $count)) (then (return)))
    (local.set $at (local.get $row))
    (loop $rows
      (local.set $s0 (v128.const i32x4 0 0 0 0))
      (local.set $s1 (v128.const i32x4 0 0 0 0))
      (local.set $s2 (v128.const i32x4 0 0 0 0))
      (local.set $s3 (v128.const i32x4 0 0 0 0))
      (local.set $q (local.get $query))
      (local.set $end (i32.add (local.get $at) (local.get $stride)))
      (loop $components
        (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul
          (v128.load (local.get $at)) (v128.load (local.get $q)))))
        (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul
          (v128.load offset=16 (local.get $at)) (v128.load offset=16 (local.get $q)))))
        (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul
          (v128.load offset=32 (local.get $at)) (v128.load offset=32 (local.get $q)))))
        (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul
          (v128.load offset=48 (local.get $at)) (v128.load offset=48 (local.get $q)))))
        (local.set $q (i32.add (local.get $q) (i32.const 64)))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br_if $components (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $s0 (f32x4.add
        (f32x4.add (local.get $s0) (local.get $s1))
        (f32x4.add (local.get $s2) (local.get $s3))))
      (f32.store (local.get $out)
        (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $s0)) (f32x4.extract_lane 1 (local.get $s0)))
          (f32.add (f32x4.extract_lane 2 (local.get $s0)) (f32x4.extract_lane 3 (local.get $s0)))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $rows (local.get $count))))

  ;; Square root of the sum of squared differences.
  (func (export "euclid")
    (param $row i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32)
    (local $at i32) (local $end i32) (local $q i32) (local $d v128)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (if (i32.eqz (local.get $count)) (then (return)))
    (local.set $at (local.get $row))
    (loop $rows
      (local.set $s0 (v128.const i32x4 0 0 0 0))
      (local.set $s1 (v128.const i32x4 0 0 0 0))
      (local.set $s2 (v128.const i32x4 0 0 0 0))
      (local.set $s3 (v128.const i32x4 0 0 0 0))
      (local.set $q (local.get $query))
      (local.set $end (i32.add (local.get $at) (local.get $stride)))
      (loop $components
        (local.set $d (f32x4.sub (v128.load (local.get $at)) (v128.load (local.get $q))))
        (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $d (f32x4.sub (v128.load offset=16 (local.get $at)) (v128.load offset=16 (local.get $q))))
        (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $d (f32x4.sub (v128.load offset=32 (local.get $at)) (v128.load offset=32 (local.get $q))))
        (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $d (f32x4.sub (v128.load offset=48 (local.get $at)) (v128.load offset=48 (local.get $q))))
        (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $q (i32.add (local.get $q) (i32.const 64)))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br_if $components (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $s0 (f32x4.add
        (f32x4.add (local.get $s0) (local.get $s1))
        (f32x4.add (local.get $s2) (local.get $s3))))
      (f32.store (local.get $out)
        (f32.sqrt (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $s0)) (f32x4.extract_lane 1 (local.get $s0)))
          (f32.add (f32x4.extract_lane 2 (local.get $s0)) (f32x4.extract_lane 3 (local.get $s0))))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $rows (local.get $count))))

  ;; Sum of absolute differences.
  (func (export "manhattan")
    (param $row i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32)
    (local $at i32) (local $end i32) (local $q i32)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (if (i32.eqz (local.get $count)) (then (return)))
    (local.set $at (local.get $row))
    (loop $rows
      (local.set $s0 (v128.const i32x4 0 0 0 0))
      (local.set $s1 (v128.const i32x4 0 0 0 0))
      (local.set $s2 (v128.const i32x4 0 0 0 0))
      (local.set $s3 (v128.const i32x4 0 0 0 0))
      (local.set $q (local.get $query))
      (local.set $end (i32.add (local.get $at) (local.get $stride)))
      (loop $components
        (local.set $s0 (f32x4.add (local.get $s0) (f32x4.abs (f32x4.sub
          (v128.load (local.get $at)) (v128.load (local.get $q))))))
        (local.set $s1 (f32x4.add (local.get $s1) (f32x4.abs (f32x4.sub
          (v128.load offset=16 (local.get $at)) (v128.load offset=16 (local.get $q))))))
        (local.set $s2 (f32x4.add (local.get $s2) (f32x4.abs (f32x4.sub
          (v128.load offset=32 (local.get $at)) (v128.load offset=32 (local.get $q))))))
        (local.set $s3 (f32x4.add (local.get $s3) (f32x4.abs (f32x4.sub
          (v128.load offset=48 (local.get $at)) (v128.load offset=48 (local.get $q))))))
        (local.set $q (i32.add (local.get $q) (i32.const 64)))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br_if $components (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $s0 (f32x4.add
        (f32x4.add (local.get $s0) (local.get $s1))
        (f32x4.add (local.get $s2) (local.get $s3))))
      (f32.store (local.get $out)
        (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $s0)) (f32x4.extract_lane 1 (local.get $s0)))
          (f32.add (f32x4.extract_lane 2 (local.get $s0)) (f32x4.extract_lane 3 (local.get $s0)))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $rows (local.get $count)))))
