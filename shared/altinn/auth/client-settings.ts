import type { AltinnEnvironment } from '../environment.ts';
import type { SigningKey } from './signing-key.ts';

/** What it takes to get a token. */
export interface ClientSettings {
  readonly environment: AltinnEnvironment;
  /** The client at Maskinporten. */
  readonly clientId: string;
  /** Absent where Azure has not resolved the reference to it: there is no token then, and all else goes on. */
  readonly key: SigningKey | undefined;
  readonly scopes: readonly string[];
  /** The organization number whose system user to act as; absent for a service owner. */
  readonly systemUserOrg: string | undefined;
}

/** The same, with the key that it takes. */
export interface KeyedSettings extends ClientSettings {
  readonly key: SigningKey;
}
