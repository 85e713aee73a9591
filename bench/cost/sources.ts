import type { Figure } from './data-files.ts';
import { numberText } from '../number-text.ts';
import type { Model } from './model.ts';
import type { Table } from '../table.ts';

/** Everything the figures rest on, with where it is from. */
export function sourceTables({ data, units }: Model): Table[] {
  const { coldStartMs, ...others } = units;
  const measured = {
    ...others,
    'coldStartMs.intake': coldStartMs.intake,
    'coldStartMs.forward': coldStartMs.forward,
  };
  const { sizes, sizesBetween, assumptions } = data.traffic;
  return [
    {
      title: 'The traffic of each size (assumed)',
      head: ['mutations a day', 'audiences', 'of the hottest', 'audiences in a request', 'why'],
      rows: [...sizes, ...sizesBetween].map(
        ({ name, audiences, hottestShare, audiencesPerRequest, why }) => [
          name,
          numberText(audiences),
          `${hottestShare * 100} %`,
          numberText(audiencesPerRequest),
          why,
        ],
      ),
      words: [4],
    },
    {
      title: 'What is measured',
      note: 'By `npm run bench`.',
      head: ['figure', 'value'],
      rows: Object.entries(measured).map(([name, value]) => [`\`${name}\``, numberText(value)]),
    },
    sourceTable(
      'What else goes into the model',
      assumptions,
      ({ value, unit }) => `${value} ${unit}`,
    ),
    sourceTable(
      'The quotas and limits',
      data.quotas,
      ({ value, unit }) => `${numberText(value)} ${unit}`,
    ),
    sourceTable(
      `The prices, in ${data.priceTable.region}`,
      data.priceTable.prices,
      ({ dollars, per, unit }) => `$${dollars} / ${per === 1 ? '' : `${numberText(per)} `}${unit}`,
    ),
  ];
}

function sourceTable<Entry extends Figure>(
  title: string,
  entries: Readonly<Record<string, Entry>>,
  valueOf: (entry: Entry) => string,
): Table {
  return {
    title,
    head: ['figure', 'value', 'kind', 'from', 'read on'],
    rows: Object.entries(entries).map(([name, entry]) => [
      `\`${name}\``,
      valueOf(entry),
      entry.kind,
      entry.source,
      entry.readOn,
    ]),
    words: [1, 2, 3, 4],
  };
}
