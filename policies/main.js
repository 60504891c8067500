// Pulumi registers ts-node for what a policy pack requires; what is imported is left to Node, which strips types itself.
import './index.ts'
