import pc from 'picocolors';

type Paint = (text: string) => string;

/** What a colour means, so that it never means two things: gain and loss, live and candidate, and how loud. */
export interface Paints {
  readonly gain: Paint;
  readonly loss: Paint;
  readonly candidate: Paint;
  readonly heading: Paint;
  readonly quiet: Paint;
  readonly badge: Readonly<Record<'good' | 'bad' | 'open', Paint>>;
}

export function createPaints(color: boolean): Paints {
  const colors = pc.createColors(color);
  const badge = (background: Paint) => (text: string) => background(colors.black(colors.bold(text)));
  return {
    gain: colors.green,
    loss: colors.red,
    candidate: colors.cyan,
    heading: colors.bold,
    quiet: colors.dim,
    badge: { good: badge(colors.bgGreen), bad: badge(colors.bgRed), open: badge(colors.bgYellow) },
  };
}
