/** `npm start`: the lab, the stack on it, and the proof that it works. */
import { describeProof, holds } from '../proof/proof.ts'
import { up as labUp } from './lab.ts'
import { proveLab } from './proof.ts'
import { up } from './stack.ts'

/** Brings everything up and prints the checklist. @returns whether every point that is set up holds */
export async function start(): Promise<boolean> {
  await labUp()
  const { changed } = await up()
  console.log(changed ? '\nThe checklist of the guide, asked of the live system:\n' : '\nNo changes. The checklist of the guide, but for what disturbs a tenant:\n')
  const proven = await proveLab({ disturb: changed })
  console.log(describeProof(proven))
  return holds(proven)
}
