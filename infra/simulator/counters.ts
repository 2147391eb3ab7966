/** What happened so far. */
export interface Counters {
  /** Events that Altinn Correspondence published, copies with another id included. */
  created: number;
  /** Of those, lost before the Events API. */
  lostEvents: number;
  /** Pushes that were never sent. */
  lostPushes: number;
  /** Events that a new subscription missed. */
  missed: number;
  /** Requests to an endpoint with an event, every try counted. */
  sent: number;
  /** Of those, answered with 2xx in time. */
  acknowledged: number;
  /** Tries after the first. */
  retried: number;
  /** Pushes given up after the last try. */
  deadLettered: number;
  /** Events handed out by the pull API, again each time. */
  pulled: number;
  validationsSent: number;
  validated: number;
}

export function noCounts(): Counters {
  return {
    created: 0,
    lostEvents: 0,
    lostPushes: 0,
    missed: 0,
    sent: 0,
    acknowledged: 0,
    retried: 0,
    deadLettered: 0,
    pulled: 0,
    validationsSent: 0,
    validated: 0,
  };
}
