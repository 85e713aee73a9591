/** Nearest-rank percentile of ascending values; 0 of none. */
export function percentile(ascending: ArrayLike<number>, rank: number): number {
  const index = Math.max(0, Math.ceil(rank * ascending.length) - 1);
  return ascending[index] ?? 0;
}
