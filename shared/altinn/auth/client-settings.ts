import type { AltinnEnvironment } from '../environment.ts';
import type { SigningKey } from './signing-key.ts';

/** What it takes to get a token. */
export interface ClientSettings {
  readonly environment: AltinnEnvironment;
  /** The client at Maskinporten. */
  readonly clientId: string;
  readonly key: SigningKey;
  readonly scopes: readonly string[];
  /** The organization number whose system user to act as; absent for a service owner. */
  readonly systemUserOrg: string | undefined;
}
