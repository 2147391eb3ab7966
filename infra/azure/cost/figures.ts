/** A number that the cost rests on. */
export interface Figure {
  readonly value: number;
  readonly is: string;
  /** How it is known. */
  readonly known: string;
}

/** The events of a letter: how many letters have one, and the table operations of tracking it (docs/benchmarks.md). */
export const eventsOfLetter: readonly { name: string; share: number; tableOperations: number }[] = [
  { name: 'initialized', share: 1, tableOperations: 1 },
  { name: 'published', share: 1, tableOperations: 1 },
  { name: 'notification created', share: 1, tableOperations: 1 },
  { name: 'notification delivered', share: 1, tableOperations: 1 },
  { name: 'read', share: 0.7, tableOperations: 2 },
  { name: 'confirmed', share: 0.2, tableOperations: 2 },
  { name: 'never read', share: 0.1, tableOperations: 4 },
];

/** Without attachments: each has two more. */
export const eventsPerLetter = eventsOfLetter.reduce((sum, { share }) => sum + share, 0);

/** The share of letters with an event of some names. */
export const shareOf = (...names: readonly string[]) =>
  eventsOfLetter.filter(({ name }) => names.includes(name)).reduce((sum, { share }) => sum + share, 0);

export const hoursInMonth = 730;
export const secondsInMonth = hoursInMonth * 3_600;

/**
 * Runs in a month, by the default schedules, and what a run uses: the first two measured, the others guessed for one
 * resource, where they are next to nothing. `rows` are those of the log.
 */
export const timers = {
  'due-follow-ups': { runs: hoursInMonth * 60, tableOperations: 8, queueOperations: 0, rows: 1 },
  'measure-queues': { runs: hoursInMonth * 12, tableOperations: 12, queueOperations: 15, rows: 12 },
  'reconcile-events': { runs: hoursInMonth, tableOperations: 4, queueOperations: 0, rows: 3 },
  'audit-letters': { runs: hoursInMonth / 24, tableOperations: 0, queueOperations: 4, rows: 2 },
} as const;

/** What cannot be read off the code; change it to what you measure. */
export const figures = {
  looks: {
    value: 2,
    is: 'looks at a follow-up, each of them released once',
    known: 'assumed: notified, then closed',
  },
  shortestSeconds: {
    value: 1,
    is: 'seconds that the shortest activity of an instance is billed',
    known: 'Microsoft Learn, "Azure Functions Flex Consumption plan hosting", Billing',
  },
  processorMs: {
    value: 10,
    is: "milliseconds of a core's time for an execution, the platform's own host included",
    known: 'assumed; [1.4 to 2.4 were measured](benchmarks.md#acknowledging) under the embedded host',
  },
  gbPerCore: {
    value: 2,
    is: 'GB of an instance with one core',
    known:
      'from memory, check before you rely on it; that the processor goes with the memory is in the reference of `FunctionsScaleAndConcurrency`',
  },
  pullMs: {
    value: 5,
    is: "milliseconds for an event that is pulled, and for a letter of an audit's list",
    known: 'assumed; not tried against Altinn',
  },
  auditedTimes: { value: 4, is: 'times that a letter is in an audit', known: 'counted in the code' },
  aliveSeconds: {
    value: 60,
    is: 'seconds that an instance stays, and polls its queue, after its last message',
    known: 'assumed; 30 at least, by Azure/azure-functions-host#10706',
  },
  pollSeconds: {
    value: 2,
    is: 'seconds between two polls of an idle queue',
    known: '`maxPollingInterval` in `host.json`',
  },
  scaleSeconds: {
    value: 10,
    is: "seconds between two looks of Azure's own scaling at each queue",
    known: 'assumed; Azure does not tell',
  },
  rowBytes: {
    value: 1_100,
    is: "bytes of a row of the log: 100 of text, and Application Insights' columns",
    known: 'the text measured, the columns assumed',
  },
  storedBytes: {
    value: 2_000,
    is: 'bytes of a stored event',
    known: "measured, by Azure's formula for an entity: two bytes a character",
  },
  storedMonths: {
    value: 12,
    is: 'months of events that are stored',
    known: 'assumed: nothing is deleted, and it is the end of the first year',
  },
} as const satisfies Record<string, Figure>;

/** Table operations of a watchdog: of a letter that is settled in time, and of each run of the timer. */
export const watchdog = { ofLetter: 3, ofRun: 1 } as const;

/** Queue operations of a message: put, get, delete. */
export const operationsOfMessage = 3;

/** Rows of the log: the product's own signal, and the request. host.json leaves the host's own lines out. */
export const rowsOf = { receive: 1 + 1, track: 1 + 1, look: 2 + 1 } as const;

/** What the host says of itself to an event, at `Information`: two rows of a request, three of a message. */
export const hostRows = 2 + 3;

/** What a private network has: infra/azure/modules/private-endpoints.bicep. */
export const privateNetwork = { endpoints: 6, zones: 4 } as const;
