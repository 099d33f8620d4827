from elsa_data.train.memory import Memory


def test_what_is_held_is_not_lent_again_and_what_is_let_go_is():
    memory = Memory()
    first, second = memory.lend(100), memory.lend(100)
    first[:], second[:] = 1, 2
    part = first[10:20]
    del first, second
    third = memory.lend(80)
    third[:] = 3
    assert part.tolist() == [1] * 10
    assert len(memory._held) == 2


def test_memory_that_is_too_small_is_let_go():
    memory = Memory()
    for size in (10, 20, 40):
        assert len(memory.lend(size)) == size
    assert [len(each) for each in memory._held] == [40]
