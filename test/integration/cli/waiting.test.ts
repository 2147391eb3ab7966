import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Altinn, startAltinn } from '../../../infra/simulator/altinn.ts';
import { cli, organization, settingsOf } from '../../support/altinn/cli.ts';
import { type FakeReceiver, startReceiver } from '../../support/altinn/receiver.ts';

const waiting = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('Waiting'));
const repeated = (lines: readonly string[]) => lines.filter((line, at) => at > 0 && line === lines[at - 1]);

describe('waiting where there is no terminal', () => {
  let altinn: Altinn;
  let receiver: FakeReceiver;
  beforeEach(async () => {
    altinn = await startAltinn({ timeScale: 0, resources: { 'my-letters': organization } });
    receiver = await startReceiver();
  });
  afterEach(async () => {
    receiver.stop();
    await altinn.stop();
  });

  it.each(['240', '1000'])(
    'prints a line a minute, and none twice in a row, at time scale %s',
    async (scale) => {
      receiver.webhook = () => ({ status: 503 });
      const { code, stderr } = await cli(
        ['subscription', 'ensure', '--resource', 'my-letters', '--endpoint', receiver.endpoint],
        { ...settingsOf(altinn), ALTINN_TIME_SCALE: scale },
      );
      expect(code).toBe(3);
      expect(waiting(stderr).length).toBeGreaterThanOrEqual(2);
      expect(waiting(stderr).length).toBeLessThanOrEqual(9);
      expect(repeated(stderr.split('\n'))).toEqual([]);
    },
  );
});
