/** Every queue there is, by what it is for; each has a `-poison` queue beside it, which the host makes. */
export const queueNames = {
  events: 'correspondence-events',
  followUps: 'follow-ups',
  reactions: 'reactions',
  audits: 'audits',
  digests: 'digests',
} as const;

/** Every table there is, by what it is for. Azure takes letters and digits alone. */
export const tableNames = {
  /** Every event of a letter, attachment or notification order once, and its follow-ups. */
  timeline: 'timeline',
  /** When each follow-up is to be checked. */
  due: 'due',
  /** The follow-ups that need attention. */
  liveFollowUps: 'livefollowups',
  /** The pace towards Altinn, of all instances together; and when the receiver was first started. */
  shared: 'shared',
  /** Messages that could not be processed, each with its reason. */
  deadLetters: 'deadletters',
  /** Which message holds the one live copy of what is being retried. */
  retries: 'retries',
  /** How far each resource has been pulled. */
  checkpoints: 'checkpoints',
  /** Which windows of an audit are finished, and what was found in each. */
  audits: 'audits',
  /** How many messages a channel has had in an hour, which wait for a digest, and the digests that are to be sent. */
  digests: 'digests',
} as const;

/** The host's queue for what it gave up on. */
export function poisonOf(queue: string): string {
  return `${queue}-poison`;
}
