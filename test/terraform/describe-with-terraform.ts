import { describe } from '@jest/globals';
import { hasTerraform } from '../../scripts/terraform/terraform-tool.ts';

/** A suite that needs Terraform: skipped, visibly, where it is not installed. */
export const describeWithTerraform = hasTerraform() ? describe : describe.skip;
