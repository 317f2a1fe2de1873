import pytest

from labelwright.storage.keys import derived_key, original_key

DIGEST = "ab" * 32


def test_an_original_stands_two_folders_deep():
    assert original_key(DIGEST) == f"originals/ab/ab/{DIGEST}"


def test_a_derived_file_names_its_original_its_operation_and_its_version():
    assert derived_key(DIGEST, "thumbnail-256", 3) == f"derived/ab/ab/{DIGEST}/thumbnail-256.v3"


@pytest.mark.parametrize("text", ["", "ab", "AB" * 32, "../" * 21 + "x", "ab" * 32 + "\n", "zz" * 32, "ab" * 33])
def test_only_a_digest_makes_a_key(text):
    with pytest.raises(ValueError, match="not a SHA-256"):
        original_key(text)


@pytest.mark.parametrize("operation", ["", "../x", "a/b", "A", "a" * 60, "a\n"])
def test_only_a_plain_word_names_an_operation(operation):
    with pytest.raises(ValueError, match="not a name of an operation"):
        derived_key(DIGEST, operation, 1)
