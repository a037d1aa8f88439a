import type { ScenarioRef } from '../../src/sample/data/catalogue.ts';
import { blobNameOf, packageNameOf } from '../../src/sample/base/identifiers.ts';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import type { SampleTenant, SampleTenantOptions } from '../../src/sample/api/sampleTenant.ts';

/** Creates the sample with other bytes as one command's result. */
export function sampleWithBlob(
  { actionId, commandIndex }: ScenarioRef,
  bytes: Uint8Array,
): (options: SampleTenantOptions) => SampleTenant {
  return withBlob(blobNameOf(actionId, commandIndex), bytes);
}

/** Creates the sample with other bytes as an action's investigation package. */
export function sampleWithPackage(actionId: string, bytes: Uint8Array): (options: SampleTenantOptions) => SampleTenant {
  return withBlob(packageNameOf(actionId), bytes);
}

function withBlob(name: string, bytes: Uint8Array): (options: SampleTenantOptions) => SampleTenant {
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
