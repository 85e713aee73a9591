import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readCostData } from '../../../../bench/cost/data-files.ts';
import { readMeasuredUnits } from '../../../../bench/cost/measured-units.ts';
import { DEFAULTS, maxPendingBytes } from '../../../../bench/cost/settings.ts';
import { SAMPLE_UNITS } from './sample-units.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cost-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a data file that is wrong', () => {
  const readBroken = (file: string, change: (data: never) => void) => () => {
    for (const name of ['prices.json', 'quotas.json', 'traffic.json']) {
      cpSync(join('bench/cost', name), join(folder, name));
    }
    const data: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    change(data as never);
    writeFileSync(join(folder, file), JSON.stringify(data));
    return readCostData(pathToFileURL(`${folder}/`));
  };

  test('is named with the figure that is missing', () => {
    const read = readBroken('prices.json', ({ prices }: { prices: Record<string, unknown> }) => {
      delete prices['documentReads'];
    });
    expect(read).toThrow(/prices\.json:[\s\S]*documentReads/);
  });

  test('may have no figure without a source', () => {
    const read = readBroken('quotas.json', (quotas: Record<string, { source: string }>) => {
      Object.assign(quotas['messageBytes'] ?? {}, { source: '' });
    });
    expect(read).toThrow(/quotas\.json:[\s\S]*messageBytes\.source/);
  });

  test('must have hours that make a day', () => {
    const read = readBroken('traffic.json', (traffic: { hourlyShares: number[] }) => {
      traffic.hourlyShares[0] = 0.5;
    });
    expect(read).toThrow(/traffic\.json:[\s\S]*must add up to 1/);
  });

  test('is named when it is no JSON', () => {
    writeFileSync(join(folder, 'prices.json'), '{');
    expect(() => readCostData(pathToFileURL(`${folder}/`))).toThrow(
      'prices.json cannot be read as JSON.',
    );
  });
});

describe('what was measured', () => {
  const file = () => join(folder, 'latest.json');

  test('is read from the results, whatever else is in them', () => {
    writeFileSync(file(), JSON.stringify({ machine: {}, units: SAMPLE_UNITS }));
    expect(readMeasuredUnits(file())).toEqual(SAMPLE_UNITS);
  });

  test('is demanded, and it is said how to make it', () => {
    expect(() => readMeasuredUnits(file())).toThrow(/is missing\. Run `npm run bench`/);
    writeFileSync(file(), 'no JSON');
    expect(() => readMeasuredUnits(file())).toThrow(/is not JSON\. Run `npm run bench`/);
    writeFileSync(file(), JSON.stringify({ units: { ...SAMPLE_UNITS, requestBytes: -1 } }));
    expect(() => readMeasuredUnits(file())).toThrow(/requestBytes[\s\S]*npm run bench/);
  });
});

test('the settings are those of Terraform', () => {
  const variables = readFileSync('terraform/variables.tf', 'utf8');
  const block = (name: string) =>
    new RegExp(`^variable "${name}" \\{\n[\\s\\S]*?^\\}`, 'm').exec(variables)?.[0] ?? '';
  const numberIn = (text: string, name: string) =>
    Number(new RegExp(`^ *${name} += (?:optional\\(number, )?(\\d+)`, 'm').exec(text)?.[1]);
  expect(numberIn(block('shards'), 'default')).toBe(DEFAULTS.shards);
  for (const [name, settings] of [
    ['intake', DEFAULTS.intake],
    ['destinations', DEFAULTS.forward],
  ] as const) {
    const text = block(name);
    expect({
      concurrency: numberIn(text, 'concurrency'),
      cpu: numberIn(text, 'cpu'),
      memoryMib: numberIn(text, 'memory_mib'),
      minInstances: numberIn(text, 'min_instances'),
      maxInstances: numberIn(text, 'max_instances'),
    }).toEqual(settings);
  }
  const perMib = /pending_bytes_per_mib += (\d+)/.exec(
    readFileSync('terraform/main.tf', 'utf8'),
  )?.[1];
  expect(maxPendingBytes({ ...DEFAULTS.intake, memoryMib: 1 })).toBe(Number(perMib));
});
