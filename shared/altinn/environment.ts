import { ConfigurationError } from '../runtime/configuration-error.ts';
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

const example =
  'Example: tt02 (or production, at21 to at24, yt01, or a base URL such as http://localhost:5101)';

/**
 * Finds an Altinn by its name or its base URL.
 * @param name `production`, `tt02`, `at21` … `at24`, `yt01`, or a base URL: https, and http for loopback alone
 * @param maskinportenUrl the setting MASKINPORTEN_URL: the issuer for a base URL; without it Maskinporten's test environment
 * @throws ConfigurationError naming ALTINN_ENVIRONMENT or MASKINPORTEN_URL
 *
 * Source: Altinn's docs, "Environments"; Digdir's docs, "Maskinporten: well-known endpoints".
 */
export function findEnvironment(name: string, maskinportenUrl?: string): AltinnEnvironment {
  const platform = platformOf(name.toLowerCase());
  if (platform) {
    const maskinporten = platform === 'https://platform.altinn.no' ? production : test;
    if (maskinportenUrl && withSlash(maskinportenUrl) !== maskinporten) {
      throw new ConfigurationError(
        `MASKINPORTEN_URL is for a base URL in ALTINN_ENVIRONMENT alone: ${name.toLowerCase()} has its own, ${maskinporten}. Remove it`,
      );
    }
    return { name: name.toLowerCase(), platform, maskinporten };
  }
  if (!isBaseUrl(name)) {
    throw new ConfigurationError(
      `ALTINN_ENVIRONMENT is neither the name of an environment nor an https address. ${example}`,
    );
  }
  if (maskinportenUrl && !isBaseUrl(maskinportenUrl)) {
    throw new ConfigurationError(`MASKINPORTEN_URL is no https address. Example: ${test}`);
  }
  return {
    name,
    platform: name.replace(/\/+$/, ''),
    maskinporten: maskinportenUrl ? withSlash(maskinportenUrl) : test,
  };
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

function withSlash(url: string): string {
  return `${url.replace(/\/+$/, '')}/`;
}
