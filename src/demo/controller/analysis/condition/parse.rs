//! From the text of a condition to its parts, by operator precedence.

/// A text longer than this is no condition, bytes.
const LONGEST: usize = 4_096;
/// The most parts and the deepest nesting that are judged.
const MOST_PARTS: usize = 400;
const DEEPEST: usize = 80;

/// A part of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Number(f64),
    Text(String),
    Bool(bool),
    Nil,
    /// `#`: the element that a predicate is asked about.
    Element,
    Name(String),
    List(Vec<Node>),
    Not(Box<Node>),
    Negative(Box<Node>),
    Binary(&'static str, Box<Node>, Box<Node>),
    Choice(Box<Node>, Box<Node>, Box<Node>),
    Index(Box<Node>, Box<Node>),
    Call(String, Vec<Node>),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Sign(&'static str),
    End,
}

/// Longer signs first.
const SIGNS: [&str; 26] = [
    "||", "&&", "==", "!=", "<=", ">=", "**", "??", "<", ">", "!", "+", "-", "*", "/", "%", "^", "(", ")", "[", "]",
    "{", "}", ",", "?", ":",
];

impl Token {
    /// As the library names it.
    fn shown(&self) -> String {
        match self {
            Self::Number(number) => format!("Number(\"{number}\")"),
            Self::Text(text) => format!("String(\"{text}\")"),
            Self::Name(name) => format!("Identifier(\"{name}\")"),
            Self::Sign(sign @ ("(" | ")" | "[" | "]" | "{" | "}")) => format!("Bracket(\"{sign}\")"),
            Self::Sign(sign) => format!("Operator(\"{sign}\")"),
            Self::End => "EOF".to_owned(),
        }
    }
}

/// Parses a condition.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    if text.len() > LONGEST {
        return Err(format!("the condition is longer than {LONGEST} bytes"));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, parts: 0, depth: 0 };
    let node = parser.whole()?;
    match parser.peek() {
        Token::End => Ok(node),
        other => Err(format!("unexpected token {}", other.shown())),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
            continue;
        }
        if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let (number, length) = number(rest)?;
            found.push(Token::Number(number));
            rest = &rest[length..];
        } else if first == '"' || first == '\'' {
            let (text, length) = quoted(rest, first)?;
            found.push(Token::Text(text));
            rest = &rest[length..];
        } else if first.is_alphabetic() || first == '_' || first == '$' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
            found.push(Token::Name(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if first == '#' {
            found.push(Token::Sign("#"));
            rest = &rest[1..];
        } else if let Some(sign) = SIGNS.iter().copied().find(|sign| rest.starts_with(sign)) {
            found.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            return Err(format!("unrecognized character: U+{:04X} '{first}'", u32::from(first)));
        }
    }
    found.push(Token::End);
    Ok(found)
}

/// A number at the beginning, and how many bytes it is.
fn number(text: &str) -> Result<(f64, usize), String> {
    let mut end = 0;
    let mut before = ' ';
    for c in text.chars() {
        let sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E');
        if !(c.is_ascii_digit() || matches!(c, '.' | '_' | 'e' | 'E') || sign) {
            break;
        }
        end += c.len_utf8();
        before = c;
    }
    let digits: String = text[..end].chars().filter(|c| *c != '_').collect();
    digits.parse().map(|number| (number, end)).map_err(|_| format!("bad number syntax: {:?}", &text[..end]))
}

/// A quoted text at the beginning, and how many bytes it is.
fn quoted(text: &str, quote: char) -> Result<(String, usize), String> {
    let mut whole = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Ok((whole, at + 1));
        }
        whole.push(if c == '\\' {
            match chars.next() {
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some((_, other)) => other,
                None => break,
            }
        } else {
            c
        });
    }
    Err("literal not terminated".to_owned())
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    parts: usize,
    depth: usize,
}

/// How strongly a sign binds; the last is whether it binds to the right.
fn strength(sign: &str) -> Option<(&'static str, u8, bool)> {
    Some(match sign {
        "??" => ("??", 5, false),
        "||" | "or" => ("||", 10, false),
        "&&" | "and" => ("&&", 15, false),
        "==" => ("==", 20, false),
        "!=" => ("!=", 20, false),
        "<" => ("<", 20, false),
        ">" => (">", 20, false),
        "<=" => ("<=", 20, false),
        ">=" => (">=", 20, false),
        "in" => ("in", 20, false),
        "+" => ("+", 30, false),
        "-" => ("-", 30, false),
        "*" => ("*", 60, false),
        "/" => ("/", 60, false),
        "%" => ("%", 60, false),
        "**" | "^" => ("**", 100, true),
        _ => return None,
    })
}

const NOT: u8 = 50;
const NEGATIVE: u8 = 110;

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let fits = matches!(self.peek(), Token::Sign(there) if *there == sign);
        self.at += usize::from(fits);
        fits
    }

    fn needs(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(format!("unexpected token {}", self.peek().shown())) }
    }

    fn part(&mut self) -> Result<(), String> {
        self.parts += 1;
        if self.parts > MOST_PARTS { Err(format!("the condition has more than {MOST_PARTS} parts")) } else { Ok(()) }
    }

    fn whole(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the condition is nested too deeply".to_owned());
        }
        let first = self.binary(0)?;
        let node = if self.takes("?") {
            self.part()?;
            let yes = self.whole()?;
            self.needs(":")?;
            let no = self.whole()?;
            Node::Choice(Box::new(first), Box::new(yes), Box::new(no))
        } else {
            first
        };
        self.depth -= 1;
        Ok(node)
    }

    /// The operator that comes next: its sign, strength, whether it binds to the right, and whether `not` stands
    /// before it.
    fn operator(&self) -> Option<(&'static str, u8, bool, bool)> {
        let word = |token: &Token| match token {
            Token::Sign(sign) => strength(sign),
            Token::Name(name) => strength(name),
            _ => None,
        };
        if let Token::Name(name) = self.peek()
            && name == "not"
        {
            let next = self.tokens.get(self.at + 1).and_then(word)?;
            return (next.0 == "in").then_some((next.0, next.1, next.2, true));
        }
        word(self.peek()).map(|(sign, strength, right)| (sign, strength, right, false))
    }

    fn binary(&mut self, least: u8) -> Result<Node, String> {
        let mut left = self.unary()?;
        while let Some((sign, strength, right, not)) = self.operator().filter(|operator| operator.1 >= least) {
            self.at += 1 + usize::from(not);
            self.part()?;
            self.depth += 1;
            let other = if self.depth > DEEPEST {
                Err("the condition is nested too deeply".to_owned())
            } else {
                self.binary(if right { strength } else { strength + 1 })
            }?;
            self.depth -= 1;
            left = Node::Binary(sign, Box::new(left), Box::new(other));
            if not {
                left = Node::Not(Box::new(left));
            }
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Node, String> {
        self.part()?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the condition is nested too deeply".to_owned());
        }
        let not = self.takes("!") || matches!(self.peek(), Token::Name(name) if name == "not") && self.skip();
        let node = if not {
            Node::Not(Box::new(self.binary(NOT)?))
        } else if self.takes("-") {
            Node::Negative(Box::new(self.binary(NEGATIVE)?))
        } else if self.takes("+") {
            self.binary(NEGATIVE)?
        } else {
            self.indexed()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn skip(&mut self) -> bool {
        self.at += 1;
        true
    }

    fn indexed(&mut self) -> Result<Node, String> {
        let mut node = self.primary()?;
        while self.takes("[") {
            self.part()?;
            let index = self.whole()?;
            self.needs("]")?;
            node = Node::Index(Box::new(node), Box::new(index));
        }
        Ok(node)
    }

    fn primary(&mut self) -> Result<Node, String> {
        match self.next() {
            Token::Number(number) => Ok(Node::Number(number)),
            Token::Text(text) => Ok(Node::Text(text)),
            Token::Sign("#") => Ok(Node::Element),
            Token::Sign("(") => {
                let node = self.whole()?;
                self.needs(")")?;
                Ok(node)
            }
            Token::Sign("[") => Ok(Node::List(self.several("]")?)),
            Token::Sign("{") => {
                let node = self.whole()?;
                self.needs("}")?;
                Ok(node)
            }
            Token::Name(name) => match name.as_str() {
                "true" => Ok(Node::Bool(true)),
                "false" => Ok(Node::Bool(false)),
                "nil" => Ok(Node::Nil),
                _ if self.takes("(") => Ok(Node::Call(name, self.several(")")?)),
                _ => Ok(Node::Name(name)),
            },
            other => Err(format!("unexpected token {}", other.shown())),
        }
    }

    /// Parts with commas between them, up to a sign.
    fn several(&mut self, end: &str) -> Result<Vec<Node>, String> {
        let mut all = Vec::new();
        while !self.takes(end) {
            if !all.is_empty() {
                self.needs(",")?;
                if self.takes(end) {
                    break;
                }
            }
            self.part()?;
            all.push(self.whole()?);
        }
        Ok(all)
    }
}
