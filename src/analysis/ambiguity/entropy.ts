/** Measures of spread and doubt, in bits. */

/** Of shares that sum to about 1; zeros count nothing. */
export function entropyBits(shares: Iterable<number>): number {
  let bits = 0;
  for (const share of shares) if (share > 0) bits -= share * Math.log2(share);
  return Math.max(0, bits);
}

/** Of a yes-or-no. */
export const binaryEntropyBits = (probability: number): number => entropyBits([probability, 1 - probability]);

/** How many of independent events happen: entry n is the probability of exactly n. Quadratic in their number. */
export function poissonBinomial(probabilities: readonly number[]): Float64Array {
  const exactly = new Float64Array(probabilities.length + 1);
  exactly[0] = 1;
  probabilities.forEach((p, known) => {
    for (let n = known + 1; n > 0; n--) exactly[n] = exactly[n]! * (1 - p) + exactly[n - 1]! * p;
    exactly[0]! *= 1 - p;
  });
  return exactly;
}

/** The least count whose cumulative probability is at least `quantile`. */
export function quantileOf(exactly: Float64Array, quantile: number): number {
  let sum = 0;
  for (let n = 0; n < exactly.length; n++) {
    sum += exactly[n]!;
    if (sum >= quantile - 1e-12) return n;
  }
  return exactly.length - 1;
}
