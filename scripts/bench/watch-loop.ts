/** How a piece of work treated the event loop. */
export interface Watched<T> {
  readonly result: T;
  /** CPU time of the process, all threads. */
  readonly cpuMs: number;
  /** Longest time in which no timer had its turn. */
  readonly pauseMs: number;
  /** CPU time of the process in the pause that used most: a longer pause with less CPU was another process's turn. */
  readonly pauseCpuMs: number;
}

const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/** Run it, and look at clock and CPU time each millisecond that the event loop grants. */
export async function watchLoop<T>(work: () => Promise<T>): Promise<Watched<T>> {
  const began = process.cpuUsage();
  let [pauseMs, pauseCpuMs] = [0, 0];
  let [lookedAt, cpu] = [performance.now(), process.cpuUsage()];
  const look = () => {
    const gapMs = performance.now() - lookedAt;
    pauseMs = Math.max(pauseMs, gapMs);
    pauseCpuMs = Math.max(pauseCpuMs, Math.min(gapMs, cpuMsSince(cpu)));
    [lookedAt, cpu] = [performance.now(), process.cpuUsage()];
  };
  const timer = setInterval(look, 1);
  try {
    const result = await work();
    const cpuMs = cpuMsSince(began);
    await new Promise((resolve) => setTimeout(resolve, 2));
    return { result, cpuMs, pauseMs, pauseCpuMs };
  } finally {
    clearInterval(timer);
  }
}
