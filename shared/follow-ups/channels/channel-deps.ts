import type { TokenCredential } from '@azure/identity';
import type { Runtime } from '../../runtime/http.ts';
import type { StorageSettings } from '../../storage/connect.ts';

/** What every channel is made of besides its settings and options. */
export interface ChannelDeps extends Pick<Runtime, 'now'> {
  /** What a setting of this channel is called in the environment, for the text of an error: by its name in code. */
  settingName(key: string): string;
  /** How to reach the storage of the product's own data; absent where that is not known, on an operator's machine. */
  readonly storage: StorageSettings | undefined;
  /** Who is let into storage where there is no connection string; the managed identity, if nobody is named. */
  readonly user?: TokenCredential | undefined;
  /** A certificate in PEM that is trusted besides those that Node.js trusts; for tests. */
  readonly ca?: string | undefined;
}
