import assert from 'node:assert/strict'
import * as pulumi from '@pulumi/pulumi'
import { connectionFaults } from '../../config/config.ts'

describe('the cluster of a stack', () => {
  afterEach(() => pulumi.runtime.setAllConfig({}))
  const told = (options: Record<string, string>, context?: string) => {
    pulumi.runtime.setAllConfig(options)
    return connectionFaults(context).map(({ path }) => path)
  }

  it('is the one of its context, for Pulumi and kubectl alike', () => {
    assert.deepEqual(told({ 'kubernetes:context': 'prod' }, 'prod'), [])
    assert.deepEqual(told({}), ['kubernetes:context'])
    assert.deepEqual(told({ 'kubernetes:kubeconfig': 'other.yaml', 'kubernetes:cluster': 'other' }, 'prod'), ['kubernetes:kubeconfig', 'kubernetes:cluster'])
  })
})
