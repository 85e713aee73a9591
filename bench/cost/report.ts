import { byPart } from './bill.ts';
import { METERS } from './data-files.ts';
import { sourceTables } from './sources.ts';
import { forwardLoad, intakeLoad, startsPerDay } from './day.ts';
import { CHANGES, effectOf } from './effects.ts';
import { firstLimitAsTrafficGrows, grow, type Growth } from './growth.ts';
import { traitsOf } from './limits.ts';
import { differenceText, dollarText, numberText, percentText } from '../number-text.ts';
import type { Model, Outlook } from './model.ts';
import { DEFAULTS } from './settings.ts';
import type { Table } from '../table.ts';

/** How many limits of each size are shown. */
const NEAREST = 6;

/** Everything the program has to say, as tables. */
export function reportOf(model: Model): Table[] {
  const { sizes, sizesBetween } = model.data.traffic;
  const outlooks = sizes.map((shape) => model.lookAt(shape, DEFAULTS));
  const onTheWay = [...sizes, ...sizesBetween].sort(
    (one, other) => one.mutationsPerDay - other.mutationsPerDay,
  );
  return [
    byPartTable(outlooks),
    billTable(outlooks),
    busiestHourTable(outlooks),
    coldStartTable(outlooks, model),
    effectTable(outlooks, model),
    ...outlooks.map(limitTable),
    firstLimitTable(model),
    growthTable(onTheWay.map((shape) => grow(shape, DEFAULTS, model))),
    ...sourceTables(model),
  ];
}

const sizesOf = (outlooks: readonly Outlook[]) => outlooks.map(({ shape }) => shape.name);

function byPartTable(outlooks: readonly Outlook[]): Table {
  const parts = [...byPart((outlooks[0] ?? NOTHING).bill).keys()];
  const row = (name: string, valueOf: (outlook: Outlook) => number) => [
    name,
    ...outlooks.map((outlook) => dollarText(valueOf(outlook))),
  ];
  return {
    title: 'Dollars a month, by part',
    note: 'For a month of 30 days with the settings Terraform has, at list prices. The free tiers are left out but for the last row, where they go to this relay alone.',
    head: ['mutations a day', ...sizesOf(outlooks)],
    rows: [
      ...parts.map((part) => row(part, ({ bill }) => byPart(bill).get(part) ?? 0)),
      row('**all**', ({ bill }) => bill.dollars),
      row('**per million mutations**', ({ dollarsPerMillion }) => dollarsPerMillion),
      row('all, less the free tiers', ({ bill }) => bill.dollarsAfterFreeTier),
      ['keeps up', ...outlooks.map(keepsUp)],
    ],
  };
}

/** Whether the queue stays short with these settings. */
function keepsUp({ limits }: Outlook): string {
  const [nearest] = limits;
  return nearest !== undefined && nearest.share > 1 ? `no: \`${nearest.id}\`` : 'yes';
}

function billTable(outlooks: readonly Outlook[]): Table {
  const rows = METERS.flatMap((meter) => {
    const lines = outlooks.map(({ bill }) => bill.lines.find((line) => line.meter === meter));
    const [first] = lines;
    if (first === undefined || lines.every((line) => line?.quantity === 0)) return [];
    const { part, name, unit, price, per } = first;
    const quantities = lines.map((line) => numberText(line?.quantity ?? 0));
    return [
      [
        `${part}: ${name}`,
        ...quantities,
        unit,
        per === 1 ? `$${price}` : `$${price} / ${numberText(per)}`,
      ],
    ];
  });
  return {
    title: 'What a month uses, and what it costs',
    note: 'To check a figure: what is used, times the price.',
    head: ['mutations a day', ...sizesOf(outlooks), 'unit', 'price'],
    rows,
    words: [outlooks.length + 1, outlooks.length + 2],
  };
}

function busiestHourTable(outlooks: readonly Outlook[]): Table {
  const row = (name: string, valueOf: (outlook: Outlook) => number) => [
    name,
    ...outlooks.map((outlook) => numberText(valueOf(outlook))),
  ];
  return {
    title: 'The busiest hour',
    head: ['mutations a day', ...sizesOf(outlooks)],
    rows: [
      row('mutations a second', ({ busiestHour }) => busiestHour.mutationsPerSecond),
      row('requests a second', ({ busiestHour }) => busiestHour.intake.requestsPerSecond),
      row('mutations in a request', ({ busiestHour }) => busiestHour.intake.mutationsPerRequest),
      row('instances of intake', ({ busiestHour }) => busiestHour.intake.instances.running),
      row('messages a second', ({ busiestHour }) => busiestHour.messagesPerSecond),
      row('mutations in a message', ({ busiestHour }) => busiestHour.membersPerMessage),
      row(
        'messages a second, hottest key',
        ({ busiestHour }) => busiestHour.hottest.messagesPerSecond,
      ),
      row(
        'milliseconds from push to push of a key',
        ({ busiestHour }) => busiestHour.forward.turnaroundMs,
      ),
      row('instances of forward', ({ busiestHour }) => busiestHour.forward.instances.running),
      row('calls a second', ({ busiestHour }) => busiestHour.forward.callsPerSecond),
      row('members in a call', ({ busiestHour }) => busiestHour.forward.membersPerCall),
      row(
        'document reads a second',
        ({ busiestHour }) => busiestHour.forward.documentReadsPerSecond,
      ),
    ],
  };
}

function effectTable(outlooks: readonly Outlook[], model: Model): Table {
  return {
    title: 'The effect of each setting, changed alone',
    note: 'The difference to a month\'s dollars, and the limit that is nearest then ("hit" above 100 %).',
    head: ['change', ...sizesOf(outlooks)],
    rows: CHANGES.map((change) => [
      change.name,
      ...outlooks.map((outlook) => {
        const { difference, after } = effectOf(change, outlook, model);
        const [nearest] = after.limits;
        return `${differenceText(difference)}; ${nearest?.id ?? ''} ${percentText(nearest?.share ?? 0)}`;
      }),
    ]),
  };
}

function limitTable({ shape, limits }: Outlook): Table {
  return {
    title: `How near the limits are at ${shape.name} mutations a day`,
    head: ['limit', 'id', 'used', 'of', 'unit', 'share', 'what lifts it'],
    rows: limits
      .slice(0, NEAREST)
      .map(({ id, name, used, limit, unit, share }) => [
        name,
        `\`${id}\``,
        numberText(used),
        numberText(limit),
        unit,
        percentText(share),
        traitsOf(id).lift,
      ]),
    words: [1, 4, 6],
  };
}

function firstLimitTable(model: Model): Table {
  return {
    title: 'The first limit that is hit as the traffic grows',
    note: 'With the settings Terraform has, if the traffic keeps the shape of the size.',
    head: ['shape of', 'first limit', 'is hit at mutations a day', 'what lifts it'],
    rows: model.data.traffic.sizes.map((shape) => {
      const first = firstLimitAsTrafficGrows(shape, DEFAULTS, model);
      const { name, id } = first.limit;
      // Two digits: the simulation knows no more.
      const at = numberText(Number(first.mutationsPerDay.toPrecision(2)));
      return [shape.name, name, at, traitsOf(id).lift];
    }),
    words: [1, 3],
  };
}

function growthTable(growths: readonly Growth[]): Table {
  return {
    title: 'What to change, one limit after the other',
    note: 'Always the limit that is exceeded most, until none is left that a setting of ours lifts.',
    head: ['mutations a day', 'limit that is hit', 'share', 'change', 'then', 'cost then'],
    rows: growths.flatMap(stepsOf),
    words: [1, 3, 5],
  };
}

function stepsOf({ shape, steps, outlook }: Growth): string[][] {
  const { bill, dollarsPerMillion } = outlook;
  const cost = `${dollarText(bill.dollars)} a month, ${dollarText(dollarsPerMillion)} per million`;
  if (steps.length === 0) return [[shape.name, 'none is hit', '', 'nothing', '', cost]];
  return steps.map(({ limit, change, shareAfter }, index) => [
    shape.name,
    limit.name,
    percentText(limit.share),
    change,
    percentText(shareAfter),
    index === steps.length - 1 ? cost : '',
  ]);
}

function coldStartTable(outlooks: readonly Outlook[], { units, assumptions }: Model): Table {
  const { idleSecondsBeforeStop } = assumptions;
  const row = (name: string, loadOf: typeof intakeLoad, ms: number) => [
    name,
    ...outlooks.map(({ hours }) =>
      numberText(startsPerDay(hours.map(loadOf), idleSecondsBeforeStop)),
    ),
    `${numberText(ms)} ms`,
  ];
  return {
    title: 'Cold starts a day when no instance is kept warm',
    head: ['mutations a day', ...sizesOf(outlooks), 'the first answer takes'],
    rows: [
      row('intake', intakeLoad, units.coldStartMs.intake),
      row('forward', forwardLoad, units.coldStartMs.forward),
    ],
  };
}

const NOTHING = { bill: { lines: [], dollars: 0, dollarsAfterFreeTier: 0 } };
