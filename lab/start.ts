/** `npm start`: the lab, the stack on it, and the checklist. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { describeChecklist, holds } from '../proof/checklist/checklist.ts'
import { labPath } from './environment.ts'
import { up as labUp } from './lab.ts'
import { checkLab } from './proof.ts'
import { up } from './stack.ts'

/** Brings everything up and prints the checklist. @returns whether every point that is set up holds */
export async function start(): Promise<boolean> {
  await labUp()
  // What disturbs a tenant is asked once of every state of the stack, also where a start was cut, or failed, in between.
  const mark = labPath('checked')
  const isChecked = existsSync(mark)
  rmSync(mark, { force: true })
  const { changed } = await up()
  const disturb = changed || !isChecked
  console.log(disturb ? '\nThe checklist of the guide, asked of the live system:\n' : '\nNo changes. The checklist of the guide, but for what disturbs a tenant:\n')
  const checked = await checkLab({ disturb })
  console.log(describeChecklist(checked))
  if (holds(checked)) writeFileSync(mark, '')
  return holds(checked)
}
