/**
 * Names of pets: `<adverb>-<adjective>-<animal>`, cut from the left to the length asked for.
 */
import { randomInt } from 'node:crypto'

export function petName(length: number): string[] {
  const adverbs = Array.from({ length: Math.max(length - 2, 0) }, () => one(ADVERBS))
  return [...adverbs, ...(length > 1 ? [one(ADJECTIVES)] : []), ...(length > 0 ? [one(ANIMALS)] : [])]
}

function one(words: string[]): string {
  return words[randomInt(words.length)]!
}

const ADVERBS = 'barely boldly calmly clearly daily deeply early easily fairly firmly freely gladly greatly happily highly kindly largely lately lightly likely mainly mostly neatly nicely oddly openly partly plainly quickly quietly rarely really safely simply slowly smoothly softly solely sternly strictly surely truly vastly warmly weekly wholly widely wisely'.split(' ')
const ADJECTIVES = 'able active alert amused apt blessed bold brave bright busy calm capable careful casual clean clear clever close cool crisp cute daring deep direct eager easy fair fast fine firm fit fresh full gentle glad golden good grand handy happy honest humble ideal keen kind light literate lively loyal lucky mellow merry mighty modern moved neat nice noble open patient polite precise prime proud pure quick quiet rapid rare ready relaxed rich right sacred safe sharp shiny smart smooth social solid sound steady strong subtle sunny super sure sweet tender tidy tops trusty upright vital vocal warm wealthy welcome whole willing wise worthy'.split(' ')
const ANIMALS = 'alpaca ant badger bass bat bear beaver bee bird bison boar buck bull camel cat cattle chamois cheetah chicken clam cobra cod condor coral cow crab crane cricket crow deer dingo dodo dog dolphin donkey dove drake duck eagle eel elk emu falcon ferret filly finch fish flea fly foal fox frog gecko gibbon giraffe gnat gnu goat goose gopher grouse gull hare hawk hen heron hippo horse hound husky ibex imp jackal jay kid kit kite kiwi koala krill lamb lark lemur leopard liger lion lizard llama loon lynx macaw magpie mako mammal man marlin marmot marten midge mink mite mole monkey moose moth mouse mule newt octopus orca oryx osprey ostrich otter owl ox oyster panda parrot peacock pelican penguin pig pigeon pika pony poodle pug puma pup quail rabbit racer ram raptor rat raven ray redbird robin rodent salmon satyr seal serval shad shark sheep shepherd shiner shrew shrimp skink skunk sloth slug snail snake snipe sole spider sponge squid squirrel stag starfish stinkbug stork sunbird swan swift tahr tapir teal termite terrier tick tiger toad tomcat tortoise toucan treefrog troll trout turkey turtle urchin vervet viper vulture walleye walrus wasp weasel weevil whale whippet wildcat wolf wombat worm wren yak zebra'.split(' ')
