/**
 * Seconds before try 2 to 12 of a push.
 *
 * Source: Altinn/altinn-events, `OutboundQueuePolicy` in `appsettings.json`, and `RetryBackoffService`.
 */
export const pushSchedule = [10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 43_200] as const;

/**
 * Seconds before try 2 to 9 of a validation event.
 *
 * Source: Altinn/altinn-events, `ValidationQueuePolicy` in `appsettings.json`.
 */
export const validationSchedule = [1, 5, 10, 30, 60, 120, 120, 120] as const;

/** Seconds until an endpoint has to have answered: the newer sender's. */
export const pushTimeout = 45;

export const parallelSenders = 20;
