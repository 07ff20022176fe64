import { useEffect, useState } from "react";
import { ask } from "./api.js";
import { Study } from "./study.jsx";

export function App() {
  const [learner, setLearner] = useState();
  const [decks, setDecks] = useState([]);
  const [deck, setDeck] = useState();
  const [problem, setProblem] = useState();

  useEffect(() => {
    ask("/decks").then(setDecks, (error) => setProblem(error.message));
  }, []);

  async function come(event) {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get("name");
    try {
      setLearner(await ask("/learners", { body: { name } }));
      setProblem(undefined);
    } catch {
      setProblem("A name has 2 to 40 letters.");
    }
  }

  return (
    <main>
      <h1>Learn Greek Easy</h1>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
      {learner === undefined ? (
        <form onSubmit={come}>
          <label>
            Your name <input name="name" data-testid="name" required minLength={2} maxLength={40} />
          </label>
          <button type="submit" data-testid="start">
            Start
          </button>
        </form>
      ) : deck === undefined ? (
        <>
          <p>Welcome, {learner.name}. Choose a deck:</p>
          <ul>
            {decks.map((each) => (
              <li key={each.id}>
                <button type="button" data-testid={`deck-${each.id}`} onClick={() => setDeck(each)}>
                  {each.name} <small>{each.cards} cards</small>
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <Study deck={deck} learner={learner} leave={() => setDeck(undefined)} />
      )}
    </main>
  );
}
