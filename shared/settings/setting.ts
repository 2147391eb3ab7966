/** Who reads a setting: the function app, `npm run altinn`, or `npm start` and `npm run send`. */
export type Part = 'app' | 'command line' | 'local start';

/** What a setting's text has to be, and what it is in code. */
export interface Type<T> {
  /** For the documentation: what it is, with its limits. */
  readonly is: string;
  /** @throws InvalidValue */
  readonly parse: (text: string) => T;
}

/** One setting. All that is said or known of it follows from this. */
export interface Setting<T = unknown> {
  /** In the environment. */
  readonly name: string;
  readonly type: Type<T>;
  /** What holds when it is not set, written as a person would set it; without one it may be absent. */
  readonly default?: string;
  /** One sentence. */
  readonly description: string;
  readonly example: string;
  /** A command that makes a value, where an example would be copied. */
  readonly makeWith?: string;
  /** Whether it opens something: it is shown nowhere. */
  readonly secret?: true;
  readonly usedBy: readonly Part[];
  /** What local.settings.example.json sets it to, where that is not the default; `false` leaves it out. */
  readonly local?: string | false;
}

/** Settings that belong together, under the names that they have in code. */
export interface Group {
  readonly title: string;
  /** What holds of all of them, for the documentation. */
  readonly about?: string;
  /** What the names of ours start with, and of nobody else's. */
  readonly prefix?: string;
  readonly settings: Readonly<Record<string, Setting>>;
}
