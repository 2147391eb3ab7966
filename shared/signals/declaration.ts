export type Level = 'info' | 'warn' | 'error';

/** What a field can be. */
export type Value = string | number | boolean;

/** One signal. All that is said or known of it follows from this. */
export interface Declaration {
  readonly level: Level;
  /** Fields that make it a warning, when one of them is neither 0 nor `false`. */
  readonly warnsWhen?: readonly string[];
  /** The promises that it tells of: the sections of docs/guarantees.md, by their numbers. */
  readonly promises: readonly number[];
  /** For the documentation: one or two sentences. */
  readonly means: string;
  /** What each field is; with a question mark after its name it may be absent. */
  readonly fields: Readonly<Record<string, string>>;
}

type Optional<F> = Extract<keyof F, `${string}?`>;

/** The values of a signal's fields. */
export type FieldsOf<D extends Declaration> = {
  readonly [K in Exclude<keyof D['fields'], Optional<D['fields']>>]: Value;
} & {
  readonly [K in Optional<D['fields']> as K extends `${infer N}?` ? N : never]?: Value | undefined;
};
