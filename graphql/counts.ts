/** Maps become lists, most first. */
export const countList = (counts: Readonly<Record<string, number>>): { kind: string; count: number }[] =>
  Object.entries(counts)
    .map(([kind, count]) => ({ kind, count }))
    .sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1));

export const countBounds = ({ lo, hi }: { lo: Readonly<Record<string, number>>; hi: Readonly<Record<string, number>> }) => ({
  lo: countList(lo),
  hi: countList(hi),
});
