import { ConfigurationError } from '../runtime/configuration-error.ts';
import { InvalidValue } from '../runtime/invalid-value.ts';
import { declared, type GroupName, type Values } from './declared.ts';
import type { Setting } from './setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What an application setting holds while it cannot be read: Microsoft Learn, "Use Key Vault references". */
const keyVaultReference = /^@Microsoft\.KeyVault\(/i;

/** Whether a secret is still the reference to it, which Azure has not resolved. */
export const isUnresolved = (secret: string): boolean => keyVaultReference.test(secret);

/** The settings of some groups as they are in an environment, and what is wrong with them. */
export class Reading<G extends GroupName> {
  /** Not to be trusted before `done`: what is wrong is `undefined` here. */
  readonly values: Values<G>;
  /** The secrets that Azure was to read from Key Vault, and has not: there is the reference in their place. */
  readonly unresolved: string[] = [];
  /** A line each, with an example. */
  readonly problems: string[] = [];
  readonly #environment: Environment;

  /** Reads them all. An empty one counts as absent. */
  constructor(environment: Environment, groups: readonly G[]) {
    this.#environment = environment;
    const read = (group: G) =>
      Object.entries(declared[group].settings).map(([key, setting]) => [key, this.#read(setting)]);
    this.values = Object.fromEntries(
      groups.map((group) => [group, Object.fromEntries(read(group))]),
    ) as Values<G>;
  }

  /** Whether it is set, rightly or wrongly. */
  has({ name }: Setting): boolean {
    return Boolean(this.#environment[name]?.trim());
  }

  /** Notes what is wrong with a setting. @param problem completes "NAME …" and shows no secret */
  wrong({ name, example, makeWith }: Setting, problem: string): void {
    const hint = makeWith ? `Make one with: ${makeWith}` : `Example: ${example}`;
    this.problems.push(`${name} ${problem}${/[.?]$/.test(problem) ? '' : '.'} ${hint}`);
  }

  /** @throws ConfigurationError naming every setting that is missing or wrong, without the value of a secret */
  done(): void {
    if (this.problems.length > 0) throw new ConfigurationError(this.problems.join('\n'));
  }

  #read(setting: Setting): unknown {
    const text = this.#environment[setting.name]?.trim() || setting.default;
    if (setting.secret && text && isUnresolved(text)) {
      this.unresolved.push(setting.name);
      return undefined;
    }
    try {
      return text === undefined ? undefined : setting.type.parse(text);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      this.wrong(setting, error.message);
      return undefined;
    }
  }
}

/** Reads the settings of one group. @throws ConfigurationError as {@link Reading.done} */
export function readGroup<G extends GroupName>(environment: Environment, group: G): Values<G>[G] {
  const reading = new Reading(environment, [group]);
  reading.done();
  return reading.values[group];
}
