import type { ScenarioRef } from '../../src/sample/data/catalogue.ts';
import { blobNameOf } from '../../src/sample/base/identifiers.ts';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import type { SampleTenant, SampleTenantOptions } from '../../src/sample/api/sampleTenant.ts';

/** Creates the sample with other bytes as one command's result. */
export function sampleWithBlob(
  { actionId, commandIndex }: ScenarioRef,
  bytes: Uint8Array,
): (options: SampleTenantOptions) => SampleTenant {
  const name = blobNameOf(actionId, commandIndex);
  return (options) => {
    const sample = createSampleTenant(options);
    return {
      ...sample,
      blob: (wanted) => {
        const found = sample.blob(wanted);
        return found === undefined || wanted !== name ? found : { ...found, bytes: () => bytes };
      },
    };
  };
}
