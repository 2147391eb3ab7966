import { explain } from '../../cli.ts';
import { type Check, fail, type Outcome, skipped } from '../check.ts';
import type { Installation } from './installation.ts';

/** The check that the others here rest on. */
export const azureName = 'Azure';

/** A check that asks Azure. Where Azure does not tell, it says why and what to do, and is none that failed. */
export function azureCheck(name: string, look: (installation: Installation) => Promise<Outcome>): Check {
  return {
    name: `Azure ${name}`,
    needs: [azureName],
    async run({ installation }) {
      if (!installation?.ok) return skipped('Azure was not asked');
      try {
        return await look(installation.value);
      } catch (error) {
        const [detail, ...fix] = explain(error).split('\n');
        return skipped(`not asked: ${detail}`, fix.join(' '));
      }
    },
  };
}

export const appIsThere: Check = {
  name: azureName,
  async run({ installation }) {
    if (!installation) return skipped('Azure was not asked');
    if (!installation.ok) {
      const [detail = '', ...fix] = installation.reason.split('\n');
      return fail(
        detail,
        fix.join(' ') || 'Give the resource group and its subscription: --azure, --subscription',
      );
    }
    const { name, site } = installation.value;
    const { state } = site.properties;
    if (state !== 'Running') return fail(`the app ${name} is ${state}`, 'Start it');
    return { result: 'ok', detail: `the app ${name} runs` };
  },
};
