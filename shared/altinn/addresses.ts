/** The addresses that Altinn pushes events from, as CIDRs. */
export interface Addresses {
  /** In Altinn's docs for years, and in use still. */
  readonly old: readonly string[];
  /** Added in 2026; the docs say to allow both. */
  readonly new: readonly string[];
}

/**
 * By environment; the at and yt environments publish none.
 *
 * Source: Altinn's docs, "Subscribe to events", "IP for outgoing traffic".
 */
export const addresses: Readonly<Record<'tt02' | 'production', Addresses>> = {
  tt02: { old: ['20.100.24.41/32'], new: ['20.100.48.118/31', '20.100.48.120/31'] },
  production: { old: ['20.100.46.139/32'], new: ['51.13.20.208/31', '51.13.20.210/31'] },
};
