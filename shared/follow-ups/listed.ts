/** The states of what still needs attention. */
export const liveStates = ['open', 'notified', 'disputed'] as const;
export type LiveState = (typeof liveStates)[number];

/** Where the index has a follow-up: kept with the follow-up itself, so that whoever changes it knows its row. */
export interface Listed {
  readonly state: LiveState;
  readonly key: string;
  readonly resource?: string | undefined;
}
