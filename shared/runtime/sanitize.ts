import { redactPersons } from './redact.ts';

const mask = '***';
const jwt = /eyJ[\w-]+(\.[\w-]*)+/g;
const pem = /-----BEGIN[\s\S]*?(-----END[^-]*-----|$)/g;
const queryValue = /([?&][\w.~-]+=)[^&\s"'#]+/g;

/**
 * An address with the value of every query parameter hidden, and a password too: any of them may be the key.
 *
 * @example redactAddress('https://app.example.no/api/events?code=s3cret') // 'https://app.example.no/api/events?code=***'
 */
export function redactAddress(address: string): string {
  return address.replace(/\/\/[^/@\s]*@/, `//${mask}@`).replace(queryValue, `$1${mask}`);
}

/** What another party wrote, fit for an error or a log: no person, token, key or query value, in one line of at most 300 characters. */
export function sanitize(text: string): string {
  return redactPersons(redactAddress(text.replace(pem, mask).replace(jwt, mask)))
    .replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
