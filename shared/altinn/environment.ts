import { InvalidValue } from '../runtime/invalid-value.ts';
import { isLoopback } from '../runtime/loopback.ts';

/** Where one Altinn is, and the Maskinporten that it trusts. */
export interface AltinnEnvironment {
  /** As it was asked for: `production`, `tt02`, `at22` … or the base URL. */
  readonly name: string;
  /** Base URL of the platform's APIs, without a trailing slash. */
  readonly platform: string;
  /** Maskinporten's issuer URL with its trailing slash; the token endpoint is this and `token`. */
  readonly maskinporten: string;
}

const production = 'https://maskinporten.no/';
const test = 'https://test.maskinporten.no/';

/**
 * Finds an Altinn by its name or its base URL.
 * @param name `production`, `tt02`, `at21` … `at24`, `yt01`, or a base URL: https, and http for loopback alone
 * @returns it with the Maskinporten it trusts; for a base URL that is Maskinporten's test environment
 * @throws InvalidValue
 *
 * Source: Altinn's docs, "Environments"; Digdir's docs, "Maskinporten: well-known endpoints".
 */
export function findEnvironment(name: string): AltinnEnvironment {
  const known = name.toLowerCase();
  const platform = platformOf(known);
  if (platform) return { name: known, platform, maskinporten: known === 'production' ? production : test };
  if (isBaseUrl(name)) return { name, platform: name.replace(/\/+$/, ''), maskinporten: test };
  throw new InvalidValue('is neither the name of an environment nor an https address');
}

/** Reads an issuer's URL and gives it its trailing slash. @throws InvalidValue */
export function parseIssuer(url: string): string {
  if (!isBaseUrl(url)) throw new InvalidValue('is no https address');
  return `${url.replace(/\/+$/, '')}/`;
}

function platformOf(name: string): string | undefined {
  if (name === 'production') return 'https://platform.altinn.no';
  if (name === 'tt02') return 'https://platform.tt02.altinn.no';
  return /^(at2[1-4]|yt01)$/.test(name) ? `https://platform.${name}.altinn.cloud` : undefined;
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  return secure && !url.search && !url.hash && !url.username && !url.password;
}
