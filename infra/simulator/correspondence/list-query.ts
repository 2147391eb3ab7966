import { type Status, statusNumbers } from './status.ts';

const roles = ['Recipient', 'Sender', 'RecipientAndSender'] as const;

export interface ListQuery {
  readonly resourceId: string;
  readonly role: (typeof roles)[number];
  readonly status?: Status | undefined;
  /** Simulated milliseconds, as the next; both are exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly sendersReference?: string | undefined;
  /** The number of the party of whom the letters are; the caller's own by default. */
  readonly onBehalfOf?: string | undefined;
}

const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?)?$/;
const party =
  /^(urn:altinn:organization:identifier-no:\d{9}|0192:\d{9}|urn:altinn:person:identifier-no:\d{11}|\d{11})$/;

/** Reads the query as ASP.NET does: names without case, a value of an enum by name, without case, or by number. */
export function readListQuery(
  parameters: URLSearchParams,
): { query: ListQuery } | { problems: ReadonlyMap<string, string | undefined> } {
  const given = new Map([...parameters].map(([name, value]) => [name.toLowerCase(), value]));
  const problems = new Map<string, string | undefined>();
  const read = <T>(name: string, required: boolean, parse: (value: string) => T | Problem): T | undefined => {
    const value = given.get(name.toLowerCase());
    if (!value && !required) return undefined;
    const parsed = value ? parse(value) : new Problem(`The ${name} field is required.`);
    problems.set(name, parsed instanceof Problem ? parsed.why : undefined);
    return parsed instanceof Problem ? undefined : parsed;
  };
  const from = read('from', false, parseTime);
  const to = read('to', false, parseTime);
  const role = read('role', true, (value) => parseName(value, roles, (name) => roles.indexOf(name)));
  const status = read('status', false, (value) => parseName(value, statuses, (name) => statusNumbers[name]));
  const onBehalfOf = read('onBehalfOf', false, (value) =>
    party.test(value) ? value.replace(/^.*:/, '') : new Problem(badParty),
  );
  const resourceId = read('resourceId', true, (value) => value);
  const sendersReference = read('sendersReference', false, (value) => value);
  if ([...problems.values()].some((why) => why !== undefined) || !role || !resourceId) return { problems };
  return { query: { resourceId, role, status, from, to, sendersReference, onBehalfOf } };
}

const statuses = Object.keys(statusNumbers) as Status[];
const badParty =
  "OnBehalfOf must be either a valid organization number (format: 'urn:altinn:organization:identifier-no:organizationnumber' or '0192:organizationnumber') or a valid national identity number (format: 'urn:altinn:person:identifier-no:nationalidentitynumber' or just 'nationalidentitynumber')";

class Problem {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

function parseTime(value: string): number | Problem {
  const isZoned = /(Z|[+-]\d\d:\d\d)$/.test(value) || !value.includes('T');
  const parsed = time.test(value) ? Date.parse(isZoned ? value : `${value}Z`) : Number.NaN;
  return Number.isNaN(parsed) ? new Problem(`The value '${value}' is not valid.`) : parsed;
}

function parseName<T extends string>(
  value: string,
  names: readonly T[],
  numberOf: (name: T) => number,
): T | Problem {
  const isNumber = /^\d+$/.test(value);
  const found = names.find((name) =>
    isNumber ? numberOf(name) === Number(value) : name.toLowerCase() === value.toLowerCase(),
  );
  return found ?? new Problem(`The value '${value}' is ${isNumber ? 'invalid' : 'not valid'}.`);
}
