/** What one request may cost. Measured against the widest query of the README, with room. */
export const LIMITS = {
  depth: 12,
  cost: 20_000,
  aliases: 20,
  directives: 20,
  tokens: 3_000,
  bodyBytes: 256 * 1024,
  requestMs: 30_000,
  /** Requests a minute, per token. */
  rate: 600,
  /** Requests a minute without a valid token, per address. */
  anonymousRate: 60,
} as const;
