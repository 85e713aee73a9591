import { billOf, type Bill } from './bill.ts';
import { valuesOf, type Assumptions, type CostData, type TrafficShape } from './data-files.ts';
import { DAYS_PER_MONTH, hoursOf, monthOf } from './day.ts';
import { limitsOf, type Limit } from './limits.ts';
import type { MeasuredUnits } from './measured-units.ts';
import { momentAt, type Moment } from './moment.ts';
import type { Scenario } from './scenario.ts';
import type { Settings } from './settings.ts';

/** What a size costs and how near it is to each limit, with one deployment. */
export interface Outlook extends Nearness {
  readonly hours: readonly Moment[];
  readonly bill: Bill;
  readonly dollarsPerMillion: number;
}

export interface Nearness {
  readonly shape: TrafficShape;
  /** The mean of the busiest hour. */
  readonly busiestHour: Moment;
  /** The nearest first. */
  readonly limits: readonly Limit[];
}

/** The model with its data: asked about one size and one deployment at a time. */
export interface Model {
  readonly data: CostData;
  readonly units: MeasuredUnits;
  readonly assumptions: Assumptions;
  readonly lookAt: (shape: TrafficShape, settings: Settings) => Outlook;
  /** Without the bill, for which every hour of the day has to be looked at. */
  readonly limitsAt: (shape: TrafficShape, settings: Settings) => Nearness;
}

const SECONDS_PER_HOUR = 3_600;

export function createModel(data: CostData, units: MeasuredUnits): Model {
  const assumptions = valuesOf(data.traffic.assumptions);
  const { hourlyShares } = data.traffic;

  const limitsAt = (shape: TrafficShape, settings: Settings): Nearness => {
    const scenario: Scenario = { shape, settings, units, assumptions };
    const busiest = (shape.mutationsPerDay * Math.max(...hourlyShares)) / SECONDS_PER_HOUR;
    const hour = momentAt(busiest, scenario);
    const second = momentAt(busiest * assumptions.burstFactor, scenario);
    const limits = limitsOf({ hour, second }, scenario, data.quotas);
    return { shape, busiestHour: hour, limits };
  };

  return {
    data,
    units,
    assumptions,
    limitsAt,
    lookAt: (shape, settings) => {
      const scenario: Scenario = { shape, settings, units, assumptions };
      const hours = hoursOf(scenario, hourlyShares);
      const usage = monthOf(hours, scenario, data.quotas.minimumBilledBytes.value);
      const bill = billOf(usage, data.priceTable);
      const mutations = shape.mutationsPerDay * DAYS_PER_MONTH;
      const dollarsPerMillion = (bill.dollars / mutations) * 1_000_000;
      return { ...limitsAt(shape, settings), hours, bill, dollarsPerMillion };
    },
  };
}
