//! Texts at random, from a grammar: `tests/random/schema.txt` says how one is written.

use std::collections::BTreeMap;

use crate::odd_names::{Names, quote};

/// Numbers at random, the same for the same seed.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `SplitMix64`.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below this one, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("a number below a usize")
    }

    /// One of several.
    pub fn choose<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        (!of.is_empty()).then(|| &of[self.below(of.len())])
    }

    /// Puts them into another order.
    pub fn shuffle<T>(&mut self, of: &mut [T]) {
        for i in (1..of.len()).rev() {
            of.swap(i, self.below(i + 1));
        }
    }
}

/// The rules, each with its alternatives; one that is likelier is there several times.
pub struct Grammar<'a> {
    rules: BTreeMap<&'a str, Vec<&'a str>>,
    plan: Vec<(usize, usize, &'a str)>,
}

impl<'a> Grammar<'a> {
    /// Reads the rules.
    pub fn parse(text: &'a str) -> Self {
        let mut rules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut last = "";
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let Some(alternative) = line.strip_prefix("  ") else {
                last = line.strip_suffix(':').expect("the name of a rule ends with a colon");
                let is_new = rules.insert(last, Vec::new()).is_none();
                assert!(is_new, "the rule {last} is there twice");
                continue;
            };
            let (times, alternative) = match alternative.split_once("* ") {
                Some((times, rest)) if times.parse::<usize>().is_ok() => (times.parse().expect("a number"), rest),
                _ => (1, alternative),
            };
            let alternative = if alternative == "(nothing)" { "" } else { alternative };
            let alternatives = rules.get_mut(last).expect("a rule");
            alternatives.extend(std::iter::repeat_n(alternative, times));
        }
        let plan = rules.remove("plan").expect("a plan");
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let line = |line: &&'a str| {
            let words: Vec<&str> = line.split(' ').collect();
            (number(words[0]), number(words[1]), words[2])
        };
        Self {
            plan: plan.iter().map(line).collect(),
            rules,
        }
    }

    /// The statements of the units of a random schema.
    pub fn units(&self, random: &mut Random) -> Vec<Vec<String>> {
        let mut writer = Writer {
            grammar: self,
            random,
            rooms: BTreeMap::new(),
            made: BTreeMap::new(),
            named: BTreeMap::new(),
            is_impossible: false,
        };
        let mut units = Vec::new();
        for (at_least, at_most, rule) in &self.plan {
            let times = at_least + writer.random.below(at_most - at_least + 1);
            for _ in 0..times {
                writer.named.clear();
                writer.is_impossible = false;
                let text = writer.rule(rule, "", 0);
                if !writer.is_impossible {
                    units.push(text.split(";;").map(|sql| sql.trim().to_owned()).collect());
                }
            }
        }
        units
    }
}

/// What the texts are written from.
struct Writer<'a> {
    grammar: &'a Grammar<'a>,
    random: &'a mut Random,
    /// The names that are taken in each schema.
    rooms: BTreeMap<&'static str, Names>,
    /// What was made so far, by pool.
    made: BTreeMap<String, Vec<String>>,
    /// What this unit named last, by pool.
    named: BTreeMap<String, String>,
    /// Whether there is nothing of what the unit needs.
    is_impossible: bool,
}

/// The schemas in which everything is.
pub const SCHEMAS: [&str; 3] = ["public", "a", "B c"];

/// Names that somebody would give, some of which differ in case alone, and one that is as long as can be.
const PLAIN: [&str; 12] = [
    "orders",
    "Orders",
    "customers",
    "items",
    "log",
    "events",
    "user_account",
    "t",
    "x1",
    "ORDERS",
    "status",
    "a_name_that_is_exactly_as_long_as_a_name_can_be_in_a_postgresql",
];

impl Writer<'_> {
    fn rule(&mut self, name: &str, prefix: &str, depth: usize) -> String {
        let alternatives = self
            .grammar
            .rules
            .get(name)
            .unwrap_or_else(|| panic!("no rule is called {name}"));
        let chosen = self.random.choose(alternatives).copied().unwrap_or_default();
        self.expand(chosen, prefix, depth + 1)
    }

    /// The text with what is in guillemets replaced.
    fn expand(&mut self, text: &str, prefix: &str, depth: usize) -> String {
        assert!(depth < 50, "rules that never end: {text}");
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('«') {
            let end = closing(after).unwrap_or_else(|| panic!("a guillemet is not closed: {text}"));
            out.push_str(before);
            out.push_str(&self.part(&after[..end], prefix, depth));
            rest = &after[end + '»'.len_utf8()..];
        }
        out + rest
    }

    fn part(&mut self, part: &str, prefix: &str, depth: usize) -> String {
        let choices = choices(part);
        if choices.len() > 1 {
            let chosen = self.random.choose(&choices).copied().unwrap_or_default();
            return self.expand(chosen, prefix, depth + 1);
        }
        let (word, argument) = part.split_once(' ').unwrap_or((part, ""));
        match word {
            "." => prefix.to_owned(),
            "name" => {
                let name = quote(&self.new_name("public"));
                self.named.insert("name".to_owned(), name.clone());
                name
            }
            "new" => self.new_object(argument),
            "some" => self.some(argument),
            "the" => self.named.get(argument).cloned().unwrap_or_else(|| {
                self.is_impossible = true;
                String::new()
            }),
            "mix" => {
                let mut all = self.grammar.rules[argument].clone();
                self.random.shuffle(&mut all);
                let all: Vec<String> = all
                    .into_iter()
                    .map(|text| self.expand(text, prefix, depth + 1))
                    .collect();
                all.join(", ")
            }
            rule => self.rule(rule, if argument.is_empty() { prefix } else { argument }, depth),
        }
    }

    fn new_name(&mut self, schema: &'static str) -> String {
        let name = match self.random.below(4) {
            0 => None,
            _ => self.random.choose(&PLAIN).copied(),
        };
        let number = self.random.below(crate::odd_names::COUNT);
        let room = self.rooms.entry(schema).or_default();
        match name {
            Some(name) => room.take_like(name),
            None => room.take(number),
        }
    }

    fn new_object(&mut self, pool: &str) -> String {
        let schema = SCHEMAS[self.random.below(SCHEMAS.len())];
        let name = self.new_name(schema);
        let name = format!("{}.{}", quote(schema), quote(&name));
        self.named.insert(pool.to_owned(), name.clone());
        self.made.entry(pool.to_owned()).or_default().push(name.clone());
        name
    }

    fn some(&mut self, pool: &str) -> String {
        let name = self
            .random
            .choose(self.made.get(pool).map_or(&[][..], Vec::as_slice))
            .cloned();
        self.is_impossible |= name.is_none();
        let name = name.unwrap_or_default();
        self.named.insert(pool.to_owned(), name.clone());
        name
    }
}

/// Where the guillemet is that closes what is open before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '«' => depth += 1,
            '»' if depth == 0 => return Some(at),
            '»' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The texts between the bars that are not in inner guillemets.
fn choices(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut choices) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '«' => depth += 1,
            '»' => depth -= 1,
            '|' if depth == 0 => {
                choices.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    choices.push(&text[start..]);
    choices
}
