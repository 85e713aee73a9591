import { readCostData, type TrafficShape } from '../../../../bench/cost/data-files.ts';
import { createModel } from '../../../../bench/cost/model.ts';
import { SAMPLE_UNITS } from './sample-units.ts';

/** The model with the program's own prices, quotas and assumptions, and made-up measurements. */
export const sampleModel = createModel(readCostData(), SAMPLE_UNITS);

/** The traffic of one of the three sizes. */
export function sizeOf(mutationsPerDay: number): TrafficShape {
  const { sizes } = sampleModel.data.traffic;
  const shape = sizes.find((size) => size.mutationsPerDay === mutationsPerDay);
  if (shape === undefined) throw new Error(`There is no size of ${mutationsPerDay} a day.`);
  return shape;
}
