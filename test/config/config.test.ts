import assert from 'node:assert/strict'
import { contextFaults } from '../../config/config.ts'
import { connectionFaults } from '../../config/stack-options.ts'

describe('the cluster of a stack', () => {
  const told = (options: Record<string, string>, context?: string) => [...contextFaults(context), ...connectionFaults(options)].map(({ path }) => path)

  it('is the one of its context, for Pulumi and kubectl alike', () => {
    assert.deepEqual(told({ 'kubernetes:context': 'prod' }, 'prod'), [])
    assert.deepEqual(told({}), ['kubernetes:context'])
    assert.deepEqual(told({ 'kubernetes:kubeconfig': 'other.yaml', 'kubernetes:cluster': 'other' }, 'prod'), ['kubernetes:kubeconfig', 'kubernetes:cluster'])
  })
})
