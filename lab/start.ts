/** `npm start` and `npm run down`: the lab, the stack on it, and the proof that it works. */
import { addCloudRoute, tunnelRoute } from './network.ts'
import { describeProof, holds } from '../proof/proof.ts'
import { down as labDown, up as labUp } from './lab.ts'
import { proveLab } from './proof.ts'
import { up } from './stack.ts'

/** Brings everything up and prints the checklist. @returns whether every point that is set up holds */
export async function start(): Promise<boolean> {
  await labUp()
  // annex states the entry; entering it is the work of the cloud's operator.
  await addCloudRoute(tunnelRoute)
  const { changed } = await up()
  console.log(changed ? '\nThe checklist of the guide, asked of the live system:\n' : '\nNo changes. The checklist of the guide, but for what disturbs a tenant:\n')
  const proven = await proveLab({ disturb: changed })
  console.log(describeProof(proven))
  return holds(proven)
}

/** Takes the lab away with all that runs on it; a stack on it needs no destroy, since its hosts and its cluster go too. */
export async function down(): Promise<void> {
  await labDown()
}
