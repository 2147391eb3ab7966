import { guidPattern } from './guid.ts';

const guidOrIdentityNumber = new RegExp(`(${guidPattern})|\\d{6}[\\s-]?\\d{5,}`, 'gi');
const personUrn = /(urn:altinn:person:[a-z-]+:).+/gis;
const mask = '***********';

/**
 * Hides in one value who a person is: national identity numbers wherever they stand, with any longer run of digits
 * that one may be part of (but not the digits of a GUID), and all that follows `urn:altinn:person:…:`, be it a number, an e-mail address or a
 * user name.
 */
export function redactPersons(value: string): string {
  return value
    .replace(personUrn, `$1${mask}`)
    .replace(guidOrIdentityNumber, (_match, guid: string | undefined) => guid ?? mask);
}

/** Writes JSON with persons redacted in each text of it. */
export function toRedactedJson(value: object): string {
  return JSON.stringify(value, (_key, item) => (typeof item === 'string' ? redactPersons(item) : item));
}
