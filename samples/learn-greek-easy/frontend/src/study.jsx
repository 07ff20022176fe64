import { useEffect, useState } from "react";
import { ask } from "./api.js";

const answers = [
  [1, "Forgotten"],
  [3, "Hard"],
  [5, "Easy"],
];

export function Study({ deck, learner, leave }) {
  const [cards, setCards] = useState();
  const [shown, setShown] = useState(false);
  const [problem, setProblem] = useState();
  const { token } = learner;

  useEffect(() => {
    ask(`/decks/${deck.id}/due`, { token }).then(setCards, (error) => setProblem(error.message));
  }, [deck.id, token]);

  async function answer(quality) {
    try {
      await ask("/reviews", { token, body: { id: crypto.randomUUID(), card_id: cards[0].id, quality } });
      setCards(cards.slice(1));
      setShown(false);
      setProblem(undefined);
    } catch (error) {
      setProblem(error.message);
    }
  }

  return (
    <section>
      <h2>{deck.name}</h2>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
      {cards === undefined ? (
        <p>One moment…</p>
      ) : cards.length === 0 ? (
        <p data-testid="finished">Nothing is due. Come back tomorrow!</p>
      ) : (
        <article>
          <p className="greek" lang="el" data-testid="greek">
            {cards[0].greek}
          </p>
          {shown ? (
            <>
              <p data-testid="english">{cards[0].english}</p>
              {answers.map(([quality, label]) => (
                <button
                  type="button"
                  key={quality}
                  data-testid={`answer-${quality}`}
                  onClick={() => answer(quality)}
                >
                  {label}
                </button>
              ))}
            </>
          ) : (
            <button type="button" data-testid="show" onClick={() => setShown(true)}>
              Show
            </button>
          )}
          <p>
            <small data-testid="left">{cards.length} left</small>
          </p>
        </article>
      )}
      <button type="button" onClick={leave}>
        Other decks
      </button>
    </section>
  );
}
