/** `npm start`: the lab, the stack on it, and the proof that it works. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { describeProof, holds } from '../proof/proof.ts'
import { labPath } from './environment.ts'
import { up as labUp } from './lab.ts'
import { proveLab } from './proof.ts'
import { up } from './stack.ts'

/** Brings everything up and prints the checklist. @returns whether every point that is set up holds */
export async function start(): Promise<boolean> {
  await labUp()
  // What disturbs a tenant is asked once of every state of the stack, also where a start was cut, or failed, in between.
  const proof = labPath('proven')
  const isProven = existsSync(proof)
  rmSync(proof, { force: true })
  const { changed } = await up()
  const disturb = changed || !isProven
  console.log(disturb ? '\nThe checklist of the guide, asked of the live system:\n' : '\nNo changes. The checklist of the guide, but for what disturbs a tenant:\n')
  const proven = await proveLab({ disturb })
  console.log(describeProof(proven))
  if (holds(proven)) writeFileSync(proof, '')
  return holds(proven)
}
