import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Values } from './declared.ts';
import { policyFile } from './policy-text.ts';

/** The text of a policy, and where it is from. */
export interface PolicyText {
  readonly text: string;
  readonly from: string;
}

/** The policy of the setting or, without one, of the file; `undefined` where there is none. @param folder where the file is */
export function policyOf(
  { followUp: { policy } }: Values<'followUp'>,
  folder: string | undefined,
): PolicyText | undefined {
  if (policy !== undefined)
    return policy.toLowerCase() === 'none' ? undefined : { text: policy, from: 'FOLLOW_UP_POLICY' };
  const path = folder && join(folder, policyFile);
  return path && existsSync(path) ? { text: readFileSync(path, 'utf8'), from: policyFile } : undefined;
}
