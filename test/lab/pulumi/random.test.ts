import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { makeProvider } from '../../../lab/pulumi/random/provider.ts'
import { reveal } from '../../../lab/pulumi/plugin/values.ts'
import { ask, readRecording } from './recording.ts'

const urn = (type: string) => `urn:pulumi:dev::test::random:index/${type[0]!.toLowerCase()}${type.slice(1)}:${type}::it`
const create = async (type: string, properties: object) => {
  const { response } = await ask(makeProvider(), 'Create', { urn: urn(type), properties })
  return { id: response.id, ...(reveal(response.properties) as any) }
}

describe('stand-in for pulumi-resource-random', () => {
  describe('answers what the official plugin answered', () => {
    for (const [index, { step, method, request, response }] of readRecording('random.jsonl').entries()) {
      it(`${method}${request.preview ? ' (preview)' : ''} ${request.urn.split('::').at(-1)} in "${step}" (line ${index + 1})`, async () => {
        const answer = await ask(makeProvider(), method, request)
        const isRandom = method === 'Create' && !request.preview
        assert.deepEqual(comparable(answer.response ?? answer, isRandom), comparable(response, isRandom))
      })
    }
  })

  it('gives an id in every spelling of the same bytes, with the prefix', async () => {
    const { id, b64Std, b64Url, hex, dec } = await create('RandomId', { byteLength: 5, prefix: 'p-' })
    const bytes = Buffer.from(id, 'base64url')
    assert.equal(bytes.length, 5)
    assert.deepEqual([b64Url, b64Std, hex, dec], [`p-${id}`, `p-${bytes.toString('base64')}`, `p-${bytes.toString('hex')}`, `p-${BigInt(`0x${bytes.toString('hex')}`)}`])
  })

  it('gives a password its length and at least as many of each kind of character as asked for, and no others', async () => {
    for (let i = 0; i < 5; i++) {
      const { result } = await create('RandomPassword', { length: 12, minLower: 3, minNumeric: 4, special: false, upper: false })
      assert.match(result, /^[a-z0-9]{12}$/)
      assert.ok(result.replaceAll(/[^a-z]/g, '').length >= 3 && result.replaceAll(/[^0-9]/g, '').length >= 4, result)
    }
  })

  it('gives a bcrypt hash that the password fits', async () => {
    const { result, bcryptHash } = await create('RandomPassword', { length: 20 })
    assert.match(bcryptHash, /^\$2a\$10\$[./A-Za-z0-9]{53}$/)
    assert.equal(execFileSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', result, bcryptHash], { encoding: 'utf8' }), bcryptHash)
  })

  it('gives numbers in the range, both ends included', async () => {
    const seen = new Set<number>()
    for (let i = 0; i < 60; i++) seen.add((await create('RandomInteger', { min: 4, max: 6 })).result)
    assert.deepEqual([...seen].sort(), [4, 5, 6])
  })

  it('refuses a seed, whose number it cannot know, and a minimum above the maximum', async () => {
    const { response } = await ask(makeProvider(), 'Check', { urn: urn('RandomInteger'), news: { min: 5, max: 1, seed: 's' } })
    assert.deepEqual(response.failures.map(({ property }: any) => property), ['min', 'seed'])
  })

  it('replaces when any input changes', async () => {
    const olds = { length: 2, separator: '-' }
    const { response } = await ask(makeProvider(), 'Diff', { id: 'a', urn: urn('RandomPet'), olds, news: { separator: '.', prefix: 'x' } })
    assert.deepEqual(response.replaces, ['prefix', 'separator'])
  })
})

/** Random values replaced by their shape. */
function comparable(answer: any, isRandom: boolean): any {
  if (!isRandom) return withoutDefaults(answer)
  const shape = (value: unknown): unknown => (typeof value === 'string' ? value.replaceAll(/[^]/g, 'x') : 0)
  const text = JSON.stringify(answer, (key, value) => {
    if (key === 'id' && value === 'none') return value
    if (['b64Std', 'b64Url', 'base64', 'hex'].includes(key) && typeof value === 'string') return shape(value)
    if (['dec', 'result', 'id', 'bcryptHash'].includes(key) && typeof value !== 'object') return typeof value
    if (key === 'value' && typeof value === 'string') return String(value).length
    return value
  })
  return withoutDefaults(JSON.parse(text))
}

function withoutDefaults(answer: any): any {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== '' && value !== 'DIFF_UNKNOWN' && !(typeof value === 'object' && Object.keys(value as object).length === 0)))
}
