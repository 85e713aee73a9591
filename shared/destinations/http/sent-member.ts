import type { Member } from '../destination.ts';
import type { Json } from './template.ts';

/** A member as it stands in a call. */
export interface SentMember {
  readonly member: Member;
  /** Its user's id as the third party knows it. */
  readonly written: string;
  /** What stands for it in the list of members. */
  readonly item: Json;
}
