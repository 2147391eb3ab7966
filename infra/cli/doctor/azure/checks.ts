import type { Check } from '../check.ts';
import { appIsThere } from './azure-check.ts';
import { altinnHasAKey, functionsAreKnown } from './functions.ts';
import { heartBeats } from './heartbeat.ts';
import { referencesAreResolved } from './references.ts';
import { rolesAreAssigned } from './roles.ts';
import { settingsAreRight } from './settings.ts';

/** What can be asked of Azure, as the signed-in user. */
export const azureChecks: readonly Check[] = [
  appIsThere,
  settingsAreRight,
  referencesAreResolved,
  rolesAreAssigned,
  functionsAreKnown,
  altinnHasAKey,
  heartBeats,
];
