/** The platform of a stack that has only tenants. */
import * as pulumi from '@pulumi/pulumi'

export interface PlatformReferenceArgs {
  /** `TenantAdmission.bounded` of the platform's stack. */
  boundedByAdmission: string[]
}

/** Makes nothing: it writes into the stack what the platform's stack has for its tenants, for whoever judges this one alone. The name is that of the platform's stack. */
export class PlatformReference extends pulumi.ComponentResource {
  constructor(name: string, args: PlatformReferenceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:PlatformReference', name, args, opts)
    // Of a component policies see the outputs, and who reads a saved state the inputs.
    this.registerOutputs(args)
  }
}
