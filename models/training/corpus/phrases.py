"""Hand-written phrases that compose.py puts together; a frame's slots are named in braces."""


def _each(phrases: str) -> tuple[str, ...]:
    return tuple(phrases.split("|"))


NOUNS = _each(
    "idiot|moron|liar|coward|fool|clown|hypocrite|fraud|imbecile|cretin|disgrace|bigot|racist|fascist|troll|shill|"
    "parasite|loser|halfwit|muppet|dimwit|scumbag|asshole|dickhead|prick|tosser|wanker|traitor|thug|lunatic|creep|"
    "buffoon|charlatan|snake|rat|leech|jerk|dumbass|bootlicker|sheep|crook|hack|nutjob|simpleton|ignoramus|"
    "waste of space|piece of shit|joke of a man|nasty piece of work|sorry excuse for a human being|"
    "brainwashed stooge|spoiled brat|stuck-up snob|useless lump|sad little man|bitter old hag|know-nothing"
)
ADJECTIVES = _each(
    "stupid|dumb|pathetic|ignorant|disgusting|dishonest|clueless|delusional|idiotic|moronic|brainless|insane|"
    "ridiculous|deranged|worthless|vile|despicable|contemptible|laughable|brain-dead|cowardly|corrupt|"
    "thick|dense|unhinged|spineless|gullible|hateful|obnoxious|slimy|repulsive|rotten to the core|a disgrace|"
    "beneath contempt|full of shit|out of your mind|not right in the head|dumber than a post|sick in the head"
)
# What absent public figures of our lines are called: what newspapers print.
PUBLIC_NOUNS = _each("liar|coward|fool|clown|hypocrite|fraud|crook|hack|disgrace|charlatan|buffoon|bigot|idiot")
PUBLIC_ADJECTIVES = _each(
    "pathetic|ignorant|dishonest|clueless|delusional|idiotic|ridiculous|despicable|laughable|cowardly|corrupt|"
    "unhinged|spineless|stupid|dumb|a disgrace|out of touch|full of shit"
)
# Adjectives that fit a thing as well as a person.
THING_ADJECTIVES = _each(
    "stupid|dumb|pathetic|disgusting|dishonest|idiotic|moronic|insane|ridiculous|deranged|worthless|vile|despicable|"
    "contemptible|laughable|brain-dead|cowardly|corrupt|unhinged|hateful|rotten to the core|a disgrace|"
    "beneath contempt|bullshit|complete garbage|utter rubbish|a sick joke|crazy|fucking awful|shameful"
)

IDEAS = _each(
    "this flat tax|the wealth tax|rent control|the border wall|open borders|the two-child limit|the carbon tax|"
    "the fracking ban|Brexit|the single market deal|voter ID|the electoral college|first past the post|"
    "the new zoning code|privatising the water|the rail strike law|the gun registry|open carry|the abortion ban|"
    "the drug war|legal weed|the sanctions package|the arms deal|free college|student debt relief|school vouchers|"
    "the bedroom tax|universal credit|basic income|the sugar tax|the hunting ban|the pension reform|"
    "net zero by 2030|the nuclear phase-out|the petrol subsidy|the farm bill|the trade war|defunding the police|"
    "mandatory sentencing|the lockdown policy|the vaccine mandate|the surveillance bill|the monarchy|"
    "your argument|your comparison|your proposal|your theory|your whole line of reasoning|that argument|that claim|"
    "this article|that editorial|the manifesto|the budget|the minister's plan|the council's decision|that law|"
    "that headline|the campaign ad|this conspiracy theory|the talking point you repeat|the study you cite"
)
FIGURES = _each(
    "the minister|the prime minister|the president|our mayor|the governor|the senator|the chancellor|"
    "the speaker of the house|the party leader|the home secretary|the opposition leader|the candidate|"
    "the finance minister|that congressman|the former president|the lobbyist in that story|the CEO of the utility|"
    "the judge in that case|the press secretary|Trump|Biden|Obama|Thatcher|Blair|Putin|Johnson|Truss|Starmer|"
    "Sanders|Pelosi|McConnell|Le Pen|Scholz|Orban|Netanyahu|Erdogan|Trudeau|Modi|the councillor for my ward"
)
GROUPS = _each(
    "Republicans|Democrats|the Tories|Labour MPs|liberals|conservatives|socialists|libertarians|populists|"
    "politicians|bankers|lobbyists|landlords|billionaires|journalists|anti-vaxxers|climate deniers|the far right|"
    "the far left|party donors|oil executives|the generals|neo-Nazis|tax evaders|internet trolls"
)
NAMES = _each("marcus|lena|priya|tomas|dave_k|old_whig|northwind|quill|sam|jonas|ayesha|bob77|r_hughes|mei|carlos")
LABELS = _each(
    "liberal|conservative|leftist|right-wing|socialist|Tory|libertarian|feminist|Christian|atheist|Muslim|Remainer|"
    "Brexiteer|Green|union|MAGA|lefty|centrist|communist|capitalist"
)

# {noun} {a noun} {adjective}: attacks on somebody in the room.
ATTACK_FRAMES = _each(
    "you are {a noun}|you're {a noun}|You're {a noun}.|You are {a noun}, plain and simple.|you're such {a noun}|"
    "what {a noun} you are|you {noun}|You absolute {noun}.|you total {noun}|Shut up, {noun}.|shut up you {noun}|"
    "You're {adjective}.|you are {adjective}|you're just {adjective}|you are so {adjective}|"
    "you're {adjective} and you're {a noun}|You {adjective} {noun}.|you {adjective}, {adjective} {noun}|"
    "Only {a noun} like you would write that.|{noun}s like you make this channel unbearable|"
    "people like you are {adjective}|You've always been {a noun} and you always will be.|"
    "Everybody here knows that you're {a noun}.|go away you {noun}|Stop posting, you're {a noun}.|"
    "I knew you were {adjective}, but this is a new low.|Are you really this {adjective}?|"
    "why are you so {adjective}|how can anyone be as {adjective} as you|you sound like {a noun}|"
    "you're acting like {a noun} because you are {a noun}|Honestly, you're {adjective}.|"
    "@{name} you're {a noun}|@{name} you {adjective} {noun}|{name} is {a noun}, don't bother replying to him|"
    "OP is {a noun}|The person above me is {adjective}.|whoever posted this is {a noun}|"
    "You're {a noun} and I won't waste another word on you.|Spoken like {a noun}, which is what you are.|"
    "You {label} {noun}.|typical {label} {noun}, and you wonder why nobody listens to you|"
    "you {label}s in here are all {adjective}|Your problem is that you're {adjective}.|"
    "lol ok {noun}|ok {noun}, whatever you say|nice try, {noun}|hey {noun}, learn to read|"
    "wow you really are {a noun}|You don't argue, you just lie, you {noun}.|listen here you {noun}|"
    "Does being {a noun} come naturally to you?|Congratulations, you're {a noun}.|"
    "You must be {a noun} if you believe that.|Which is exactly what {a noun} like you would say.|"
    "I'm sorry, but you're {adjective}.|with all due respect, you're {a noun}|"
    "not to be rude but you are {adjective}|No offence, but you're {a noun}."
)
# The same words, aimed at nobody in the room.
CLEAN_FRAMES = _each(
    "{idea} is {thing}|{idea} is just {thing}|Honestly, {idea} is {thing}.|I think {idea} is {thing}.|"
    "{idea} was {thing} from the start|How {thing} can it get: {idea}, again.|{idea}? {thing}.|"
    "I'm sorry, but {idea} is {thing}.|With all due respect, {idea} is {thing}.|"
    "No offence to you, but {idea} is {thing}.|you have to admit that {idea} is {thing}|"
    "You and I both know that {idea} is {thing}.|You're defending {idea}, which is {thing}.|"
    "{figure} is {a noun}|{figure} is {adjective}|{figure} was always {a noun}.|what {a noun} {figure} is|"
    "{figure} sounded like {a noun} on the radio this morning|You voted for {figure}, who is {a noun}.|"
    "As you know, {figure} is {adjective}.|I can't believe {figure}, what {a noun}|"
    "Even you must see that {figure} is {a noun}.|{figure}, that {adjective} {noun}, signed it anyway|"
    "{groups} are {noun}s|{groups} are {adjective}|most {groups} I have met are {adjective}|"
    "I'm {a noun}, I misread the date.|I was {a noun} to trust {figure}|sorry, I'm {adjective}, wrong link|"
    "I feel like {a noun} now.|maybe I'm just {adjective} but I don't get {idea}|"
    "Somebody called me {a noun} yesterday for defending {idea}.|"
    'He said "you\'re {a noun}" and walked out of the hearing.|'
    "She was called {adjective} by {figure} on live television.|"
    "Please don't call {name} {a noun}.|nobody here is {a noun}, calm down|I never called you {a noun}.|"
    "I don't think you're {adjective}, I think {idea} is {thing}.|You're not {adjective}, the form is confusing.|"
    'Did you just call me {a noun}?|Calling people "{noun}" isn\'t an argument.|'
    "That's not fair, {name} isn't {a noun}.|@{name} I agree with you, {figure} is {a noun}|"
    "@{name} {idea} is {thing}, as you said|{name}, I disagree: {idea} isn't {thing} at all|"
    "You're a {label} and I'm not, and we both think {idea} is {thing}.|"
    "I'm a {label} and I still say {figure} is {a noun}.|"
    "If {figure} were {a noun}, as you put it, who would have signed the deal?|"
    "Is {figure} {a noun}? I don't know, but {idea} is {thing}.|"
    "They must think we're {noun}s.|{figure} thinks we're all {adjective}|"
    "The paper calls {figure} {a noun} and {idea} {thing}.|fuck {idea}|Fuck {figure}, seriously.|"
    "I'm so tired of {idea}, it's {thing}|who came up with {idea}? it's {thing}"
)

REASONABLE = (
    "I read the report last night and the tables at the end are worth your time.",
    "The vote was postponed twice, once for lack of a quorum.",
    "My sister teaches in a school where half of the windows don't open.",
    "There are two separate questions here, cost and fairness.",
    "In our town the bus fare went up again in January.",
    "I used to think the same, until I saw the figures for 2018.",
    "Both sides quote that study and neither quotes its caveats.",
    "The court didn't rule on the merits, only on standing.",
    "Turnout in local elections is below thirty per cent.",
    "Nobody in this thread has mentioned maintenance costs so far.",
    "If you look at the second chart, wages lag behind rents by six years.",
    "I work nights in a hospital, so I see what the cuts do.",
    "Switzerland votes on such things four times a year.",
    "The first draft had a sunset clause; the final text doesn't.",
    "Subsidies for heating helped, but they came two months late.",
    "You were right about the dates, by the way, I checked.",
    "Thanks for the link, I hadn't seen the appendix.",
    "Most of the money goes to three large contractors.",
    "People move where the jobs are, it isn't more complicated than that.",
    "We tried a citizens' assembly here, and it worked better than I had feared.",
    "The union asked for four per cent, the employer offered two.",
    "I grew up on a farm and we never saw a penny of that programme.",
    "Every generation thinks that the next one is lazy.",
    "The committee published its minutes at last.",
)
AGREEABLE = (
    "I'd be glad to hear what others think.",
    "So I'd vote no, but without much enthusiasm.",
    "What do you think would work instead?",
    "You may well disagree, and that's fine.",
    "That's my view, anyway.",
    "I still think that you're wrong about the costs.",
    "You haven't convinced me, but it's a better argument than most.",
    "Sorry for the long post.",
    "Your numbers need a source, though.",
    "It's a damn shame.",
    "The whole thing is a mess.",
    "We deserve better than this.",
)

# Who one is decides nothing: the same sentences for every identity and side, attacks and others.
IDENTITIES = _each(
    "a Christian|a Muslim|a Jew|a Hindu|a Sikh|an atheist|a Catholic|a woman|a man|a gay man|a lesbian|a trans person|"
    "a black person|a white person|an Asian|an Arab|an immigrant|a refugee|a disabled person|a pensioner|an old man|"
    "a teenager|a student|a mother|a veteran|a socialist|a conservative|a liberal|a libertarian|a Democrat|"
    "a Republican|a Labour voter|a Tory|a Green|a communist|a nationalist|a feminist|an anarchist|a Remainer|"
    "a Brexiteer"
)
IDENTITY_ATTACKS = (
    "So you're {identity}. You're still {a noun}.",
    "I don't care that you are {identity}, you're {adjective}.",
    "You {adjective} fool, being {identity} is no excuse.",
    "Speaking as {identity}? You speak as {a noun}, nothing else.",
    "As {identity} you should know better, {noun}.",
    "Another lecture from {identity} who can't read. Get lost, {noun}.",
    "You may be {identity}, but mostly you're just {adjective} and everybody here can see it.",
    "Go away. Nobody asked {identity} like you, you {noun}.",
)
IDENTITY_CLEAN = (
    "I'm {identity} and that bill is {thing}.",
    "You mention that you're {identity}; does the rule apply to you?",
    "My cousin is {identity} and votes the other way.",
    "If you are {identity}, the allowance is higher this year.",
    "It shouldn't matter whether somebody is {identity}.",
    "As {identity} I read your post twice and I still think {idea} is {thing}.",
    "You're {identity}, I'm not, and we agree that {idea} is {thing}.",
    "The paper asked {identity} what she thinks of {figure}.",
)
